import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM_ARGS } from '../lab/chromium.js';
import { chromiumPath, startProduct, type Product } from './product.js';
import { openReport, replayedBody, sendReport, waitUntilDelivered, work } from './steps.js';

let product: Product;
let light: Browser;

beforeAll(async () => {
  product = await startProduct();
  // The system of its technician is light by itself: what a test emulates goes before what a frame is asked for.
  light = await chromium.launch({
    executablePath: chromiumPath(),
    args: [...CHROMIUM_ARGS, '--blink-settings=preferredColorScheme=1'],
  });
});
afterAll(async () => {
  await light.close();
  await product.close();
});

const ground = (body: ReturnType<Page['locator']>): Promise<string> =>
  body.evaluate((element) => getComputedStyle(element).backgroundColor);

test('who has a dark system is replayed dark to a technician who has not, until they turn it light', async () => {
  const page = await product.openFluxion(
    await product.browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' }),
  );
  const dark = await ground(page.locator('body'));
  await work(page, 3);
  await page.emulateMedia({ colorScheme: 'light' });
  const bright = await ground(page.locator('body'));
  expect(bright).not.toBe(dark);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Overview' }).click();
  const code = await sendReport(page);
  await waitUntilDelivered(page);

  const desk = await product.openDesk(
    await light.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: null }),
  );
  expect(await desk.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(false);
  await openReport(desk, code);
  const timeline = desk.getByRole('slider', { name: 'Timeline' });
  await timeline.press('End');
  await expect.poll(() => ground(replayedBody(desk))).toBe(bright);
  // Back to when it was dark; where the report begins the page was not there yet.
  await expect
    .poll(
      async () => {
        await timeline.press('ArrowLeft');
        return await ground(replayedBody(desk));
      },
      { timeout: 20_000 },
    )
    .toBe(dark);
  await timeline.press('End');
  await expect.poll(() => ground(replayedBody(desk))).toBe(bright);
});

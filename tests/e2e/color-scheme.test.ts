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
  const say = (words: string): Promise<void> =>
    page.evaluate((text) => {
      console.info(text);
    }, words);
  const dark = await ground(page.locator('body'));
  await work(page, 3);
  await say('said in the dark');
  await page.waitForTimeout(1000);
  await page.emulateMedia({ colorScheme: 'light' });
  const bright = await ground(page.locator('body'));
  expect(bright).not.toBe(dark);
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Overview' }).click();
  await page.waitForTimeout(1000);
  await say('said in the light');
  const code = await sendReport(page);
  await waitUntilDelivered(page);

  const desk = await product.openDesk(
    await light.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: null }),
  );
  expect(await desk.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(false);
  await openReport(desk, code);
  for (const [words, colour] of [
    ['said in the light', bright],
    ['said in the dark', dark],
    ['said in the light', bright],
  ] as const) {
    await desk.getByRole('option').filter({ hasText: words }).first().click();
    await expect.poll(() => ground(replayedBody(desk))).toBe(colour);
  }
});

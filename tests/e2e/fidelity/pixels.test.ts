import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProduct, type Product } from '../product.js';
import { closePanel } from '../support-steps.js';
import { openReport, sendReport, waitUntilDelivered } from '../steps.js';
import { compareMoments, takeMoment, type Moment } from './moments.js';
import { differingPercent, takePicture, takeReplayedPicture, type Picture } from './pictures.js';

// What is painted, pixel by pixel. Facts say that a replay is laid out as the page was; this says that it looks like it.

/** Part of the long form: `npm run test:fidelity`. */
const isLong = process.env['FLUXREC_FIDELITY_STEPS'] !== undefined;
const SIZE = { width: 1280, height: 800 };
/** A window in which the viewer has room for a page of that size. */
const DESK_SIZE = { width: 2600, height: 1500 };
/** Two pictures of a page that stands still do not differ at all; a line of text that is moved by one pixel makes some hundred, 0.01 %. */
const MOST_PERCENT = 0.05;
const MOST_TRIES = 10;

interface Seen {
  readonly moment: Moment;
  readonly picture: Picture;
}

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

/** A page may move by itself: what was painted before a moment is what was to be seen at it if it still is so afterwards. */
async function see(page: Page, name: string): Promise<Seen> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    await page.waitForFunction(hasComeToRest);
    const picture = await takePicture(page);
    const moment = await takeMoment(page, `picture of ${name} ${String(tries)}`);
    const again = await takePicture(page);
    if (picture.png.data.equals(again.png.data)) return { moment, picture };
  }
  throw new Error(`${name} never stands still.`);
}

/** In the page: nothing moves that has an end. */
function hasComeToRest(): boolean {
  return document
    .getAnimations()
    .every(({ playState, effect }) => playState !== 'running' || effect?.getComputedTiming().endTime === Infinity);
}

it.runIf(isLong)('a replay looks as the page did', { timeout: 180_000 }, async () => {
  const page = await product.openFluxion();
  const view = (name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click();
  const seen: Seen[] = [];
  // Orders and Overview follow what comes in: they never stand still.
  await view('Board');
  await page.mouse.move(600, 5);
  seen.push(await see(page, 'board'));
  await view('Customers');
  await page.getByLabel('Insured').check();
  await page.getByLabel('Sea').check();
  await page.mouse.move(600, 5);
  seen.push(await see(page, 'customer form'));
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByText('About Fluxion').first().click();
  await page.mouse.move(600, 5);
  seen.push(await see(page, 'dialog'));
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'View', exact: true }).click();
  await page.getByText('Dark theme').click();
  await page.mouse.move(600, 5);
  seen.push(await see(page, 'dark'));
  const code = await sendReport(page, 'What did it look like?');
  await waitUntilDelivered(page);
  await closePanel(page);
  await page.close();

  const desk = await product.openDesk();
  await desk.setViewportSize(DESK_SIZE);
  await openReport(desk, code);
  for (const { moment, picture } of seen) {
    await compareMoments(desk, [moment]);
    const replayed = await takeReplayedPicture(desk, SIZE);
    const percent = differingPercent(moment.name, picture, replayed);
    console.log(`${moment.name}: ${percent.toFixed(3)} % of the pixels differ`);
    expect.soft(percent, moment.name).toBeLessThanOrEqual(MOST_PERCENT);
  }
});

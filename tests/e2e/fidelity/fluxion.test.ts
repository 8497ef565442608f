import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProduct, type Product } from '../product.js';
import { writeDifferences } from './differences.js';
import { takeMoment, walk, type Moment } from './moments.js';
import { RandomUser } from './random-user.js';
import { replayedFluxion } from './replayed.js';

// What the technician sees is what the customer saw: the replayed page, fact by fact, beside the live one.

/** The long form: `npm run test:fidelity`. */
const STEPS = Number(process.env['FLUXREC_FIDELITY_STEPS'] ?? 8);
const SEEDS = Array.from({ length: Number(process.env['FLUXREC_FIDELITY_SEEDS'] ?? 1) }, (_, index) => index + 1);
/** Of all facts so many may differ, in percent. */
const MOST_PERCENT = 0.1;

let product: Product;

beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.close());

async function asReplayed(name: string, page: Page, moments: readonly Moment[]): Promise<void> {
  const { facts, differing, told } = await replayedFluxion(product, page, moments);
  console.log(`${String(moments.length)} moments, ${String(facts)} facts, ${String(differing)} differ`);
  writeDifferences(name, told);
  expect((100 * differing) / facts, told).toBeLessThanOrEqual(MOST_PERCENT);
  expect(facts).toBeGreaterThan(10_000);
}

describe('a replay', () => {
  it('is what somebody saw who went through all of the app', { timeout: 240_000 }, async () => {
    const page = await product.openFluxion();
    const moments: Moment[] = [];
    const see = async (what: string): Promise<void> => {
      await page.waitForTimeout(400);
      moments.push(await takeMoment(page, `moment ${String(moments.length + 1)}: ${what}`));
    };
    const view = (name: string) =>
      page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click();
    await see('orders');
    await page.getByRole('cell', { name: '10003', exact: true }).click();
    await see('a row is selected');
    await page.mouse.move(600, 400);
    await page.mouse.wheel(0, 600);
    await see('scrolled');
    await view('Board');
    await page.getByRole('button', { name: /^10000/ }).dragTo(page.getByRole('region', { name: 'Shipped' }));
    await see('a card was moved');
    await view('Overview');
    await see('a gauge in a shadow root, an invoice in a frame');
    await view('Activity');
    await page.mouse.move(600, 400);
    await page.mouse.wheel(0, 3000);
    await see('a virtual list, scrolled');
    await view('Customers');
    await see('a form');
    await page.getByLabel('E-mail').pressSequentially('ada@fluxion.example', { delay: 10 });
    await see('a field has the focus');
    await page.getByLabel('Insured').check();
    await page.getByLabel('Sea').check();
    await page.locator('select').selectOption('60 days');
    await see('choices were made');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await see('the focus is seen');
    await page.getByRole('button', { name: 'Help' }).click();
    await see('a menu is open');
    await page.getByText('About Fluxion').first().click();
    await see('a dialog is open');
    await page.getByRole('button', { name: 'Close' }).click();
    await see('the dialog was closed');
    await page.getByRole('button', { name: 'View', exact: true }).click();
    await page.getByText('Dark theme').click();
    await see('dark');
    await page.setViewportSize({ width: 900, height: 700 });
    await see('a smaller window');
    await asReplayed('scripted', page, moments);
  });

  it.each(SEEDS)(
    'is what somebody saw who did this and that (seed %i)',
    { timeout: 120_000 + 20_000 * STEPS },
    async (seed) => {
      const page = await product.openFluxion();
      const moments = await walk(page, new RandomUser(page, seed), STEPS, `seed ${String(seed)}`);
      // Whatever is open is in the way of the button.
      for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape');
      await asReplayed(`seed-${String(seed)}`, page, moments);
    },
  );
});

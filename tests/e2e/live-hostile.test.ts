import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../lab/chromium.js';
import { TechnicianBrowser } from '../lab/technician-browser.js';
import { joinByCode } from './live-steps.js';
import type { Panel } from './customer.js';
import { panelOf, startProduct, type Product } from './product.js';
import { auditLog } from './support-steps.js';

// A technician's program that does not keep to the protocol, against the customer's whole side: it is refused, and the customer can
// read what it did.

describe.skipIf(findChromium() === undefined)('a hostile technician’s program', () => {
  let product: Product;
  let fluxion: Page;
  let panel: Panel;

  beforeAll(async () => {
    product = await startProduct();
    fluxion = await product.openFluxion();
    await fluxion.getByRole('button', { name: 'Send Diagnostics' }).click();
    panel = panelOf(fluxion);
    await panel.getByRole('link', { name: 'Live' }).click();
  }, 120_000);
  afterAll(async () => {
    await product.close();
  });

  /** An open session in which nothing is allowed. */
  async function begin(): Promise<TechnicianBrowser> {
    await panel.getByRole('button', { name: 'Show a code to read out' }).click();
    const code = (await panel.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).textContent()) ?? '';
    const technician = await TechnicianBrowser.open(product.browser);
    const { url, ticket } = await joinByCode(product, code);
    await technician.page.evaluate(
      ([to, by]) => {
        technicianBegin(to, by);
      },
      [url, ticket] as const,
    );
    await technician.until(({ phase }) => phase === 'comparing', 'the words');
    await technician.page.evaluate(() => {
      technicianConfirm();
    });
    const button = panel.getByRole('button', { name: 'They are the same' });
    await button.waitFor();
    await fluxion.waitForTimeout(900);
    await button.click();
    await technician.until(({ phase }) => phase === 'open', 'the open session');
    return technician;
  }

  it.each([
    [
      'asks for a picture that was never allowed',
      'live-not-granted',
      () => {
        technicianSay({ type: 'screenshot-asked', request: crypto.randomUUID() });
      },
    ],
    [
      'brings a command that was never allowed',
      'live-not-granted',
      () => {
        // One frame, first and last, of a message of three bytes.
        technicianSendRaw('bulk', [3, 0, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3]);
      },
    ],
    [
      'grants itself something',
      'live-malformed',
      () => {
        technicianSay({ type: 'grant-given', grant: crypto.randomUUID(), kind: 'commands' });
      },
    ],
    [
      'sends what nobody understands',
      'live-malformed',
      () => {
        technicianSendRaw('input', '{"kind":"press","key":"Enter"}');
      },
    ],
    [
      'sends more than can be read',
      'live-flooded',
      () => {
        for (let count = 0; count < 2000; count += 1) technicianSay({ type: 'doing', what: 'watching' });
      },
    ],
  ] as const)('that %s ends the session, and is in the audit log', async (_what, code, act) => {
    const technician = await begin();
    await technician.page.evaluate(act);
    await technician.until(({ phase }) => phase === 'ended', 'the end');
    await panel.getByRole('heading', { name: 'The live session has ended' }).waitFor();
    const { kinds, codes } = await auditLog(product);
    expect(kinds.slice(-2)).toEqual(['live-refused', 'live-ended']);
    expect(codes.slice(-2)).toEqual([code, code]);
    await panel.getByRole('button', { name: 'Close' }).last().click();
    await panel.getByRole('button', { name: 'Show a code to read out' }).waitFor();
    await technician.page.context().close();
  });

  it('has left a log that is whole, and that the customer can read', async () => {
    const { verdict, codes } = await auditLog(product);
    expect(verdict).toMatch(/^Good: /);
    expect(new Set(codes)).toEqual(new Set(['live-not-granted', 'live-malformed', 'live-flooded']));
  });
});

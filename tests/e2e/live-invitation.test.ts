import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../lab/chromium.js';
import type { Panel } from './customer.js';
import { panelOf, startProduct, type Product } from './product.js';
import { openReport, sendReport, syncFails, waitUntilDelivered } from './steps.js';
import { comesTo, enrol, propose } from './support-steps.js';

describe.skipIf(findChromium() === undefined)('going live from a report', () => {
  let product: Product;
  let fluxion: Page;
  let desk: Page;
  let panel: Panel;
  let code: string;

  beforeAll(async () => {
    product = await startProduct({ hasNetwork: true });
    fluxion = await product.openFluxion();
    desk = await product.openDesk();
    await enrol(product, desk);
    await syncFails(fluxion);
    code = await sendReport(fluxion, 'The sync fails');
    await waitUntilDelivered(fluxion);
    panel = panelOf(fluxion);
    await panel.getByRole('button', { name: 'Close' }).first().click();
    await openReport(desk, code);
  }, 180_000);
  afterAll(async () => {
    await product.close();
  });

  async function invite(reason: string): Promise<void> {
    await desk.getByRole('button', { name: 'Go live' }).click();
    const dialog = desk.getByRole('dialog', { name: 'Go live' });
    await dialog.getByText('Same network only', { exact: false }).waitFor();
    await dialog.getByLabel('Why, for the customer').fill(reason);
    await dialog.getByRole('button', { name: 'Invite' }).click();
    await desk.getByText('Waiting for the customer', { exact: true }).waitFor();
  }

  /** The customer is told in the app, and looks. */
  async function look(reason: string): Promise<void> {
    await fluxion.getByRole('button', { name: 'Look at it' }).click({ timeout: 60_000 });
    await panel.getByRole('link', { name: /^Live/ }).click();
    await panel.getByText(reason).waitFor();
  }

  it('invites the customer, who declines: both know', async () => {
    await invite('May I have a look?');
    await look('May I have a look?');
    await panel.getByRole('button', { name: 'Decline' }).click();
    await desk.getByText('The other side does not take part', { exact: false }).waitFor({ timeout: 60_000 });
    await desk.getByRole('link', { name: 'Go to the report' }).click();
    await desk.getByRole('button', { name: 'Go live' }).waitFor();
    await panel.getByRole('button', { name: 'Close' }).first().click();
  });

  it('invites again, another tab of the technician being open; the app is known by its key', async () => {
    const other = await desk.context().newPage();
    await other.goto(product.deskUrl);
    await other.getByRole('heading', { name: 'Inbox' }).waitFor();
    await desk.bringToFront();
    await invite('Let us look at it together');
    await look('Let us look at it together');
    await fluxion.waitForTimeout(900);
    await panel.getByRole('button', { name: 'Accept' }).click();
    await desk.getByText('Do you both see these words?').waitFor({ timeout: 90_000 });
    await desk.getByText('This is the app that made the report, by its key.').waitFor();
    await desk.getByRole('button', { name: 'They are the same' }).click();
    await fluxion.waitForTimeout(900);
    await panel.getByRole('button', { name: 'They are the same' }).click();
    await desk.getByText('Verified', { exact: true }).waitFor();
    const allow = panel.getByRole('button', { name: 'Allow' }).first();
    await allow.waitFor();
    await fluxion.waitForTimeout(900);
    await allow.click();
    const seen = desk.frameLocator('iframe[title="The customer’s app"]').frameLocator('.screen.shown iframe');
    await expect.poll(() => seen.locator('body').textContent(), { timeout: 20_000 }).toContain('Orders');
    await other.close();
  });

  it('carries a proposal and what becomes of it by the connection, while the customer cannot reach the desk', async () => {
    await desk.getByRole('button', { name: /^Propose commands/ }).click();
    await desk.getByPlaceholder('Why? The customer reads it.').fill('to repair it');
    await desk.getByRole('button', { name: 'Ask', exact: true }).click();
    // Messages first: what is asked for next is in full view then, as it must be.
    for (const what of ['Write messages', 'to repair it']) {
      const asked = panel.getByRole('article').filter({ hasText: what });
      await fluxion.waitForTimeout(900);
      await asked.getByRole('button', { name: 'Allow' }).click();
      await asked.waitFor({ state: 'detached' });
    }
    await desk.getByRole('link', { name: 'in the report' }).waitFor();
    // The mailbox does not reach the customer now.
    product.network?.stall(true);
    await desk.getByRole('link', { name: 'in the report' }).click();
    const thread = await propose(desk, 'Look at the computer’s state', 'is the network all right?');
    await panel.getByRole('link', { name: /^Requests/ }).click();
    await panel.getByRole('article').filter({ hasText: 'is the network all right?' }).waitFor();
    // What the technician takes back goes the same way, and so does the app's answer.
    await thread.getByRole('button', { name: 'Take it back' }).click();
    await comesTo(thread, 'withdrawn');
    // And what is approved runs, with its result here before the mailbox is back.
    const approved = await propose(desk, 'Look at the computer’s state', 'and what is it like now?');
    const request = panel.getByRole('article').filter({ hasText: 'and what is it like now?' });
    await request.getByRole('button', { name: 'Approve' }).scrollIntoViewIfNeeded();
    await fluxion.waitForTimeout(900);
    await request.getByRole('button', { name: 'Approve' }).click();
    await comesTo(approved, 'done');
    await approved.getByText('Receipt verified').waitFor();
    product.network?.stall(false);
  });

  it('leads from the report back to the session, which goes on meanwhile', async () => {
    await desk
      .getByRole('link', { name: 'Back to the inbox' })
      .or(desk.getByTitle('Back to the inbox'))
      .first()
      .click();
    await desk.getByRole('button', { name: 'Back to the live session' }).click();
    const seen = desk.frameLocator('iframe[title="The customer’s app"]').frameLocator('.screen.shown iframe');
    await expect.poll(() => seen.locator('body').textContent(), { timeout: 20_000 }).toContain('Orders');
    await panel.getByRole('link', { name: /^Live/ }).click();
    await panel.getByRole('button', { name: 'End session' }).click();
    await desk.getByText('The customer has ended it.', { exact: false }).waitFor();
  });
});

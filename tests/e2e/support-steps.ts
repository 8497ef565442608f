import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { root } from '../../scripts/built.js';
import { panelClosed, panelOf, panelOpened, type Panel } from './customer.js';
import type { Product } from './product.js';

// What technician and customer do after a report was sent, in one step each.

/** The technician's key is put on the organisation's list, as an administrator would. */
export async function enrol(product: Product, desk: Page): Promise<void> {
  await desk.getByRole('button', { name: 'Your signing key' }).click();
  const sheet = desk.getByRole('dialog', { name: 'Your signing key' });
  const entry = await sheet.getByLabel('Entry for the list of technicians').textContent();
  expect(await product.organisation.enrol(entry ?? '')).toBeDefined();
  // The desk reads the list anew once a second.
  await vi.waitFor(
    async () => {
      const again = sheet.getByRole('button', { name: 'Ask again' });
      // It may go between the look and the press: the desk has just said so by itself.
      if (await again.isVisible()) await again.click({ timeout: 500 }).catch(() => undefined);
      await sheet.getByText('vouches for you as').waitFor({ timeout: 500 });
    },
    { timeout: 20_000 },
  );
  await sheet.getByRole('button', { name: 'Close' }).click();
}

/** Proposes a command about the open report; `fill` sets its values. Answers its place in the list of commands. */
export async function propose(
  desk: Page,
  command: string,
  reason: string,
  fill: (form: Locator) => Promise<void> = () => Promise.resolve(),
): Promise<Locator> {
  await desk.getByRole('tab', { name: 'Commands' }).click();
  await desk.getByRole('button', { name: 'Propose a command' }).click();
  const form = desk.getByRole('form', { name: 'Propose a command' });
  await form.getByLabel('Command', { exact: true }).selectOption({ label: command });
  await fill(form);
  await form.getByLabel('Why, for the customer').fill(reason);
  await form.getByRole('button', { name: 'Propose' }).click();
  const thread = threadOf(desk, reason);
  await thread.waitFor();
  const id = (await thread.getAttribute('data-proposal')) ?? '';
  return desk.locator(`article[data-proposal="${id}"]`);
}

function threadOf(desk: Page, reason: string): Locator {
  return desk.getByRole('region', { name: 'Commands proposed' }).locator('article').filter({ hasText: reason }).first();
}

/** The technician sees it come to this state. */
export async function comesTo(thread: Locator, state: string, timeout = 60_000): Promise<void> {
  await expect.poll(() => thread.getAttribute('data-state'), { timeout, interval: 200 }).toBe(state);
}

/** The customer is told in the page, and looks. Answers the panel. */
export async function lookAtRequest(page: Page): Promise<Panel> {
  await page.getByRole('button', { name: 'Look at it' }).click({ timeout: 60_000 });
  const panel = await panelOpened(page);
  await panel.getByRole('heading', { name: 'Requests of support' }).waitFor();
  return panel;
}

/** The customer looks by themselves. */
export async function openRequests(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send Diagnostics' }).click();
  const panel = await panelOpened(page);
  await panel.getByRole('link', { name: /^Requests/ }).click();
}

/** What waits for the customer, found by the reason that they read. */
export function requestOf(panel: Panel, reason: string): Locator {
  return panel.getByRole('article').filter({ hasText: reason });
}

/** The customer approves; resolves when the technician knows. */
export async function approve(panel: Panel, reason: string, thread: Locator): Promise<void> {
  const button = requestOf(panel, reason).getByRole('button', { name: 'Approve' });
  await button.scrollIntoViewIfNeeded();
  // It acts only when its words have been in full view for half a second.
  await expect
    .poll(
      async () => {
        // It goes when it was pressed, with its window where a restart closes that, and stays where the app's process has ended over it.
        if (await button.isVisible().catch(() => false)) await button.click({ timeout: 2000 }).catch(() => undefined);
        return await thread.getAttribute('data-state');
      },
      { timeout: 30_000, interval: 900 },
    )
    .not.toBe('waiting');
}

export async function closePanel(page: Page): Promise<void> {
  const close = panelOf(page).getByRole('button', { name: 'Close' }).first();
  await close.waitFor();
  // A window of its own may go while the button is still down: that it has gone is what counts.
  await close.click().catch(() => undefined);
  await panelClosed(page);
}

/** What `fluxrec audit verify` says of the customer's audit log, and the log itself. */
export async function auditLog(product: Product): Promise<{ verdict: string; kinds: string[]; codes: string[] }> {
  const folder = join(product.dataDir, 'audit');
  const program = join(root, 'out/main/fluxrec.js');
  const verdict = await promisify(execFile)(process.execPath, [program, 'audit', 'verify', folder]);
  const records: { kind: string; body: { code?: string } }[] = [];
  for (const name of (await readdir(folder)).sort()) {
    for (const line of (await readFile(join(folder, name), 'utf8')).trim().split('\n')) {
      records.push(JSON.parse(line) as (typeof records)[number]);
    }
  }
  return {
    verdict: verdict.stdout,
    kinds: records.map(({ kind }) => kind),
    codes: records.flatMap(({ body: { code } }) => (code === undefined ? [] : [code])),
  };
}

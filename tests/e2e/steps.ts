import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { panelOf, panelOpened, type Panel } from './customer.js';
import type { Product } from './product.js';

// What a person does, in one step each, named as they would say it.

/** Works in Fluxion as someone would: opens views, clicks a row, types, scrolls. Takes about `seconds`. */
export async function work(page: Page, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  const view = (name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name });
  do {
    await view('Orders').click();
    await page.getByRole('cell', { name: '10003', exact: true }).click();
    await page.mouse.wheel(0, 600);
    await view('Customers').click();
    await page.getByLabel('E-mail').fill('');
    await page.getByLabel('E-mail').pressSequentially('ada@fluxion.example', { delay: 10 });
    await page.getByRole('searchbox').fill('a');
    await page.getByRole('button', { name: 'Search' }).click();
    await view('Overview').click();
    await page.waitForTimeout(Math.min(1500, Math.max(0, until - Date.now())));
    await view('Board').click();
    await view('Orders').click();
    await page.waitForTimeout(Math.min(1500, Math.max(0, until - Date.now())));
  } while (Date.now() < until);
}

/** Presses Sync now, which fails, and waits until the app says so. */
export async function syncFails(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sync now' }).first().click();
  await page.getByText('Sync failed').waitFor();
}

/** Opens the panel by the button and waits until the draft can be seen. */
export async function openPanel(page: Page): Promise<Panel> {
  await page.getByRole('button', { name: 'Send Diagnostics' }).click();
  const panel = await panelOpened(page);
  await panel.getByLabel('What happened?').waitFor();
  return panel;
}

/** Presses what acts only when it has been in full view for half a second. */
export async function pressGuarded(button: Locator): Promise<void> {
  // Into view, also where the list in which it stands is drawn anew meanwhile.
  await button.hover();
  await button.page().waitForTimeout(900);
  await button.click();
}

/** Presses Send in an open panel; answers the receipt code that the customer reads out. */
export async function pressSend(page: Page): Promise<string> {
  const panel = panelOf(page);
  await pressGuarded(panel.getByRole('button', { name: /^Send \d/ }));
  const code = panel.locator('code').first();
  await code.waitFor();
  return (await code.textContent()) ?? '';
}

export async function sendReport(page: Page, description = ''): Promise<string> {
  const panel = await openPanel(page);
  if (description !== '') await panel.getByLabel('What happened?').fill(description);
  return await pressSend(page);
}

export async function waitUntilDelivered(page: Page): Promise<void> {
  await panelOf(page).getByText('Delivered. Support can open it now.').waitFor({ timeout: 60_000 });
}

/** The technician opens the report by its receipt code; its panels come once the first frame is there. */
export async function openReport(desk: Page, code: string): Promise<void> {
  await desk.getByRole('searchbox').fill(code);
  await desk.getByRole('link', { name: new RegExp(code) }).click();
  await desk.getByRole('tab', { name: 'Log' }).waitFor({ timeout: 60_000 });
}

/** The body of the app as it is replayed: inside the replay document's own frame, inside rrweb's sandboxed frame. */
export function replayedBody(desk: Page): ReturnType<Page['locator']> {
  return desk.frameLocator('iframe[src*="replay"]').frameLocator('iframe:visible').locator('body');
}

/** Bytes of the first part of the newest report in the desk's store. */
export async function newestBundle(product: Pick<Product, 'dir'>): Promise<Uint8Array<ArrayBuffer>> {
  const found: { path: string; at: number }[] = [];
  for (const name of await readdir(product.dir, { recursive: true })) {
    if (!/parts[/\\]0\.fluxrec$/.test(name)) continue;
    const path = join(product.dir, name);
    found.push({ path, at: (await stat(path)).mtimeMs });
  }
  const newest = found.sort((a, b) => b.at - a.at)[0];
  if (newest === undefined) throw new Error('The desk has no part yet.');
  return new Uint8Array(await readFile(newest.path));
}

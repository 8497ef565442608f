import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { panelOpened } from './customer.js';
import { startProduct, type Product } from './product.js';
import { closePanel } from './support-steps.js';
import { newestBundle, sendReport, waitUntilDelivered } from './steps.js';

let product: Product;
let profile: BrowserContext | undefined;
beforeAll(async () => {
  product = await startProduct();
  profile = await product.openProfile('profile');
});
afterAll(async () => {
  await profile?.close();
  await product.close();
});

/** Files below a folder that hold one of the texts. */
async function holding(folder: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    try {
      if (!(await stat(path)).isFile()) continue;
      const bytes = await readFile(path);
      if (texts.some((text) => bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')))) found.push(name);
    } catch {
      // It went away while we looked.
    }
  }
  return found;
}

async function help(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

it('pauses and resumes from the Help menu: nothing said in between is kept', async () => {
  const page = await product.openFluxion(profile);
  const say = (text: string) =>
    page.evaluate((words) => {
      console.info(words);
    }, text);
  await say('before the pause');
  await page.waitForTimeout(800);
  await help(page, 'Pause Recording');
  await page.getByText('Diagnostics: paused').waitFor();
  await say('during the pause');
  await page.waitForTimeout(800);
  await help(page, 'Resume Recording');
  await page.getByText('Diagnostics are being recorded').waitFor();
  await say('after the pause');
  await page.waitForTimeout(800);
  await sendReport(page, 'paused once');
  await waitUntilDelivered(page);

  const bundle = await openBundle(bytesSource(await newestBundle(product)));
  const said: string[] = [];
  for (const entry of bundle.manifest.entries.filter(({ lane }) => lane === 'log')) {
    for (const event of (await bundle.readLaneEvents(entry)).events) if (event.type === 'log') said.push(event.message);
  }
  expect(said).toEqual(
    expect.arrayContaining([expect.stringContaining('before the pause'), expect.stringContaining('after the pause')]),
  );
  expect(said.filter((text) => text.includes('during the pause'))).toEqual([]);
  await closePanel(page);
});

it('wipes: what was recorded is nowhere on the disk, in the browser or at the host process', async () => {
  const page = await product.openFluxion(profile);
  const marker = 'wipe-me-6b1f0c93';
  await page.evaluate((text) => {
    for (let index = 0; index < 50; index += 1) console.info(`${text} ${crypto.randomUUID()}`);
  }, marker);
  await page.waitForTimeout(2500);
  // The search can find it: the open segment is on the disk, as plain text.
  expect(await holding(product.dir, [marker])).not.toEqual([]);

  await help(page, 'Wipe Recording…');
  const panel = await panelOpened(page);
  await panel.getByRole('button', { name: 'Wipe now' }).waitFor();
  await page.waitForTimeout(900);
  await panel.getByRole('button', { name: 'Wipe now' }).click();
  await panel.getByText('The recording is erased').waitFor({ timeout: 60_000 });

  await expect.poll(() => holding(product.dir, [marker]), { timeout: 60_000, interval: 2000 }).toEqual([]);
  // Recording goes on, from nothing.
  await page.getByText('Diagnostics are being recorded').waitFor();
});

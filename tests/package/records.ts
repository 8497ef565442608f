import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { newestBundle, openPanel, pressSend, waitUntilDelivered } from '../e2e/steps.js';

/** Works in an embedder's page, sends a report to the desk, and looks into what came: the page, what it did and what it said. */
export async function recordsAndSends(browser: Browser, url: string, deskDir: string, said: string): Promise<void> {
  const page = await (await browser.newContext({ viewport: { width: 1000, height: 800 } })).newPage();
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|ERR_BLOCKED/.test(message.text())) refused.push(message.text());
  });
  await page.goto(url);
  await page.locator('html[data-state=recording]').waitFor();
  await page.locator('#fail').click();
  const panel = await openPanel(page);
  await panel.getByLabel('What happened?').fill('It fails.');
  await playsDraft(panel);
  await pressSend(page);
  await waitUntilDelivered(page);
  await page.context().close();
  expect(refused).toEqual([]);
  await arrived(deskDir, said);
}

/** What came to the desk: the page, what was done in it, what it said. */
export async function arrived(deskDir: string, said: string): Promise<void> {
  const bundle = await openBundle(bytesSource(await newestBundle({ dir: deskDir })));
  expect(bundle.problems).toEqual([]);
  expect(bundle.manifest.description).toBe('It fails.');
  expect(bundle.manifest.lanes).toEqual(expect.arrayContaining(['dom', 'log', 'action']));
  const messages: string[] = [];
  for (const entry of bundle.manifest.entries.filter(({ lane }) => lane === 'log')) {
    const { events } = await bundle.readLaneEvents(entry);
    messages.push(...events.flatMap((event) => ('message' in event ? [event.message] : [])));
  }
  expect(messages).toContain(said);
}

/** The panel plays the draft: it and its preview came with the package. */
export async function playsDraft(panel: Pick<Page, 'getByRole' | 'locator'>): Promise<void> {
  await panel.getByRole('button', { name: 'Show what will be sent' }).click();
  // On a busy machine the page is still empty at the first moment that is shown.
  await panel.getByRole('button', { name: 'Play', exact: true }).click();
  const replayed = panel.locator('iframe[src*="replay"]').contentFrame().frameLocator('iframe:visible').locator('body');
  await replayed.locator('#fail').waitFor({ timeout: 60_000 });
}

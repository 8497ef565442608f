import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bytesSource } from '../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../src/shared/bundle/read.js';
import { startProduct, type Product } from './product.js';
import { newestBundle, sendReport, syncFails, waitUntilDelivered } from './steps.js';

let product: Product;
let profile: BrowserContext | undefined;
beforeAll(async () => {
  product = await startProduct();
});
afterEach(async () => {
  await profile?.close();
});
afterAll(async () => {
  await product.close();
});

async function say(page: Page, text: string): Promise<void> {
  await page.evaluate((words) => {
    console.info(words);
  }, text);
}

/** Kills the window's renderer process, as a crash would. */
async function crash(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void devtools.send('Page.crash').catch(() => undefined);
  await crashed;
}

async function crashBrowser(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.browser()?.newBrowserCDPSession();
  const closed = new Promise<void>((done) =>
    context.once('close', () => {
      done();
    }),
  );
  if (devtools === undefined) await crash(page);
  else void devtools.send('Browser.crash').catch(() => undefined);
  await Promise.race([closed, new Promise((done) => setTimeout(done, 5000))]);
}

async function newest() {
  const bundle = await openBundle(bytesSource(await newestBundle(product)));
  const lines = new Map<string, string[]>();
  for (const entry of bundle.manifest.entries) {
    if (entry.lane !== 'log') continue;
    const { events } = await bundle.readLaneEvents(entry);
    const said = events.flatMap((event) => (event.type === 'log' ? [event.message] : []));
    lines.set(entry.source, [...(lines.get(entry.source) ?? []), ...said]);
  }
  return { bundle, manifest: bundle.manifest, lines };
}

it('puts two windows, the host process and a window that was killed into one session', async () => {
  profile = await product.openProfile('profile-windows');
  const first = await product.openFluxion(profile);
  const second = await product.openFluxion(profile);
  const third = await product.openFluxion(profile);
  await say(first, 'said in the first window');
  await say(second, 'said in the second window');
  await say(third, 'said in the window that dies');
  await syncFails(second);
  await third.waitForTimeout(1200);
  await crash(third);

  await first.bringToFront();
  await sendReport(first, 'three windows');
  await waitUntilDelivered(first);

  const { manifest, lines } = await newest();
  const said = [...lines.values()].flat();
  expect(said).toEqual(
    expect.arrayContaining([
      expect.stringContaining('said in the first window'),
      expect.stringContaining('said in the second window'),
      expect.stringContaining('said in the window that dies'),
      expect.stringContaining('Booking failed'),
    ]),
  );
  expect(manifest.sources.filter(({ kind }) => kind === 'window').length).toBeGreaterThanOrEqual(3);
  expect(manifest.sources.filter(({ kind }) => kind === 'host')).toHaveLength(1);
  // Each window's chain begins with a full snapshot, the dead one's too.
  const dom = manifest.entries.filter(({ lane }) => lane === 'dom');
  const chains = new Map<string, typeof dom>();
  for (const entry of dom) {
    const key = `${entry.source}/${String(entry.chain)}`;
    chains.set(key, [...(chains.get(key) ?? []), entry]);
  }
  expect(new Set(dom.map(({ source }) => source)).size).toBe(3);
  for (const chain of chains.values()) expect(chain[0]?.checkout).toBe(true);
  await third.close();
  await profile?.close();
});

it('goes on with the session after a reload, and after browser and host process were killed', async () => {
  const name = 'profile-restart';
  profile = await product.openProfile(name);
  let page = await product.openFluxion(profile);
  await say(page, 'before the reload');
  await page.waitForTimeout(1200);
  await page.reload();
  await page.getByText('Diagnostics are being recorded').waitFor();
  await say(page, 'after the reload');
  await page.waitForTimeout(1200);

  // As a power cut would: nobody gets to say goodbye.
  if (profile !== undefined) await crashBrowser(profile, page);
  await product.stopFluxion('SIGKILL');
  await product.startFluxion();

  profile = await product.openProfile(name);
  page = await product.openFluxion(profile);
  await say(page, 'after the kill');
  await page.waitForTimeout(1200);
  await sendReport(page, 'restarted');
  await waitUntilDelivered(page);

  const { manifest, lines } = await newest();
  const said = [...lines.values()].flat();
  for (const words of ['before the reload', 'after the reload', 'after the kill']) {
    expect(said.some((line) => line.includes(words))).toBe(true);
  }
  expect(manifest.sources.filter(({ kind }) => kind === 'host').length).toBeGreaterThanOrEqual(2);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startWebHost } from '../src/main/index.js';
import { launchChromium } from '../tests/e2e/product.js';
import { pageServer } from './bench-pages.js';
import { round, type Bench } from './figures.js';

const MB = 1024 * 1024;
type Mode = 'alone' | 'ours';

/** Bytes that the page's own heap holds after everything that can go is gone. */
async function heldBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  // What a first collection frees may be what held something else.
  for (let round = 0; round < 3; round += 1) await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usedSize;
}

/** Someone who points, scrolls and types now and then, over a page that changes ten times a second. */
async function use(page: Page, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  for (let step = 0; Date.now() < until; step += 1) {
    await page.mouse.move(200 + ((step * 97) % 800), 150 + ((step * 61) % 500), { steps: 5 });
    await page.mouse.wheel(0, step % 2 === 0 ? 400 : -400);
    await page.waitForTimeout(500);
  }
}

/** What fills up in the beginning (caches, the masked values that are known) is over by then. */
const EARLY_SHARE = 0.6;

interface Grown {
  readonly startMB: number;
  readonly growthMB: number;
  /** In the last two of five minutes: what grows there grows for ever. */
  readonly lateMB: number;
}

async function growth(browser: Browser, url: string, mode: Mode, seconds: number): Promise<Grown> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(`${url}/ours/bench/pages/grid.html?mode=${mode}`);
    await page.locator('td').first().waitFor();
    // The first snapshot and the first compilations are start-up, with us and without.
    await use(page, Math.min(10, seconds));
    const before = await heldBytes(page);
    await use(page, EARLY_SHARE * seconds);
    const middle = await heldBytes(page);
    await use(page, (1 - EARLY_SHARE) * seconds);
    const after = await heldBytes(page);
    return { startMB: before / MB, growthMB: (after - before) / MB, lateMB: (after - middle) / MB };
  } finally {
    await context.close();
  }
}

/** How much more the page's heap grows in five minutes of use with us than without, and whether it ends. */
export const heapGrowth: Bench = {
  prefix: 'record.heapGrowthMB',
  async run({ short, log }) {
    const seconds = short ? 10 : 300;
    const dataDir = await mkdtemp(join(tmpdir(), 'fluxrec-bench-'));
    const server = await pageServer();
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const app = { name: 'Bench', version: '1' };
    const host = await startWebHost({ server: server.server, app, dataDir, captureConsole: false });
    const browser = await launchChromium();
    try {
      // At the same time, so that both meet the same machine.
      const [alone, ours] = await Promise.all([
        growth(browser, url, 'alone', seconds),
        growth(browser, url, 'ours', seconds),
      ]);
      const signed = (mb: number): string => `${mb < 0 ? '' : '+'}${String(round(mb, 2))} MB`;
      const text = ({ startMB, growthMB }: Grown): string =>
        `${signed(growthMB)} over ${String(round(startMB, 1))} in ${String(seconds)} s`;
      const late = ({ lateMB }: Grown): string =>
        `${signed(lateMB)} in the last ${String(round((1 - EARLY_SHARE) * seconds, 0))} s`;
      log(`alone ${text(alone)}, ours ${text(ours)}`);
      return [
        {
          key: 'record.heapGrowthMB',
          value: ours.growthMB - alone.growthMB,
          atMost: 4,
          unit: 'MB',
          ours: text(ours),
          peer: `the page alone ${text(alone)}`,
        },
        {
          key: 'record.heapGrowthLateMB',
          value: ours.lateMB - alone.lateMB,
          atMost: 1,
          unit: 'MB',
          ours: late(ours),
          peer: `the page alone ${late(alone)}`,
        },
      ];
    } finally {
      await browser.close();
      await host.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

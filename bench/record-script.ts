import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startWebHost } from '../src/main/index.js';
import { chromiumPath } from '../tests/e2e/product.js';
import { launchCapturing } from '../tests/integration/screen/screen-site.js';
import { pageServer } from './bench-pages.js';
import { median, round, type Bench } from './figures.js';

const MODES = ['alone', 'rrweb', 'ours', 'everything'] as const;
type Mode = (typeof MODES)[number];

/** Script time of the page's main thread per second, in ms, over `seconds` of a settled page. */
async function scriptMsPerSecond(browser: Browser, url: string, mode: Mode, seconds: number): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.goto(`${url}/ours/bench/pages/grid.html?mode=${mode}`);
    await page.locator('td').first().waitFor();
    if (mode === 'everything') {
      await page.locator('html[data-state=recording]').waitFor();
      await page.mouse.click(1270, 790);
      await page.locator('html[data-screen=on]').waitFor();
    }
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'timeTicks' });
    const read = async (): Promise<{ script: number; at: number }> => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      return { script: of('ScriptDuration'), at: of('Timestamp') };
    };
    // The first full snapshot and the first compilations are start-up, for both recorders.
    await page.waitForTimeout(3000);
    const before = await read();
    await page.waitForTimeout(seconds * 1000);
    const after = await read();
    return (1000 * (after.script - before.script)) / (after.at - before.at);
  } finally {
    await context.close();
  }
}

/** (ours − page alone) / (rrweb.record with events dropped − page alone), script time per second. */
export const recordScript: Bench = {
  prefix: 'record.scriptRatio',
  async run({ short, log }) {
    const dataDir = await mkdtemp(join(tmpdir(), 'fluxrec-bench-'));
    const server = await pageServer();
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const host = await startWebHost({
      server: server.server,
      app: { name: 'Bench', version: '1' },
      dataDir,
      captureConsole: false,
    });
    const browser = await launchCapturing(chromiumPath());
    const measured: Record<Mode, number[]> = { alone: [], rrweb: [], ours: [], everything: [] };
    try {
      // Interleaved, so that a slow stretch of the machine meets all of them.
      for (let turn = 0; turn < (short ? 1 : 5); turn += 1) {
        for (const mode of MODES) measured[mode].push(await scriptMsPerSecond(browser, url, mode, short ? 4 : 40));
        log(MODES.map((mode) => `${mode} ${String(round(measured[mode].at(-1) ?? 0, 1))} ms/s`).join(', '));
      }
    } finally {
      await browser.close();
      await host.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    }
    const alone = median(measured.alone);
    const over = (mode: Mode): number => median(measured[mode]) - alone;
    const rrweb = over('rrweb');
    const text = (value: number): string => `+${String(round(value, 1))} ms/s over ${String(round(alone, 1))}`;
    return (
      [
        ['record.scriptRatio', 'ours'],
        ['record.scriptRatioEveryLane', 'everything'],
      ] as const
    ).map(([key, mode]) => ({
      key,
      value: over(mode) / rrweb,
      atMost: 1.5,
      unit: '',
      ours: text(over(mode)),
      peer: `rrweb.record ${text(rrweb)}`,
    }));
  },
};

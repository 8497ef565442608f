import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import type { Lane } from '../../src/shared/session/lane.js';
import type { Segment } from '../../src/shared/session/segment.js';
import type { RingTotals } from '../../src/recorder/ring/ring.js';

// A site whose only page holds a ring, built as a host app would build it, for tests that need a browser profile of their own.

export interface RingSite {
  readonly url: string;
  close(): void;
}

export async function startRingSite(): Promise<RingSite> {
  const site = mkdtempSync(join(tmpdir(), 'ring-site-'));
  await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    worker: { format: 'es' },
    build: {
      outDir: site,
      emptyOutDir: true,
      rolldownOptions: { input: join(import.meta.dirname, 'ring-page.ts'), output: { entryFileNames: 'page.js' } },
    },
  });
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const isPage = path === '/';
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
    response.setHeader('cache-control', 'no-store');
    if (isPage) response.end('<!doctype html><script type="module" src="/page.js"></script>');
    else if (readdirSync(site, { recursive: true, encoding: 'utf8' }).includes(path.slice(1)))
      response.end(readFileSync(join(site, path)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      rmSync(site, { recursive: true, force: true });
    },
  };
}

export interface HandedRow {
  readonly segment: Segment;
  readonly stored: Buffer;
}

/** A window with a ring. */
export class RingWindow {
  readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(context: BrowserContext, site: RingSite, source: string): Promise<RingWindow> {
    const page = await context.newPage();
    await page.goto(site.url);
    await page.evaluate((id) => {
      openTestRing(id);
    }, source);
    return new RingWindow(page);
  }

  /** Writes one event that carries `text` into a lane; a full snapshot before it in dom. Resolves when it is in the store. */
  async record(lane: Lane, text: string): Promise<void> {
    await this.page.evaluate(([to, what]) => recordText(to, what), [lane, text] as const);
  }

  totals(): Promise<RingTotals> {
    return this.page.evaluate(() => testRing.totals());
  }

  /** Codes of the failures that the ring told of. */
  failures(): Promise<string[]> {
    return this.page.evaluate(() => testFailures);
  }

  async handOver(): Promise<HandedRow[]> {
    const rows = await this.page.evaluate(() => handOverAll());
    return rows.map(({ segment, stored }) => ({ segment, stored: Buffer.from(stored, 'base64') }));
  }

  wipe(): Promise<void> {
    return this.page.evaluate(() => testRing.wipe());
  }
}

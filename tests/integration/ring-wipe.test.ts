import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WIPE_SETTLE_MS } from '../../src/recorder/ring/wipe-settle.js';
import { CHROMIUM_ARGS, findChromium } from '../lab/chromium.js';

// Wiping is real: what was recorded is searched for in every file of the browser's profile, as it was written (open
// segments are plain text) and as it was stored (sealed ones are deflated).

const LANES = ['dom', 'log', 'network', 'error', 'action', 'recorder'];
const executablePath = findChromium();

let site = '';
let server: Server;

beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'ring-site-'));
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
  server = createServer((request, response) => {
    const path = request.url ?? '/';
    const isPage = path === '/';
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript');
    response.setHeader('cache-control', 'no-store');
    if (!isPage && !readdirSync(site, { recursive: true }).includes(path.slice(1))) response.writeHead(404).end();
    else
      response.end(
        isPage ? '<!doctype html><script type="module" src="/page.js"></script>' : readFileSync(join(site, path)),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}, 60_000);

afterAll(() => {
  server.close();
  rmSync(site, { recursive: true, force: true });
});

/** Where in the profile any of `needles` lies: paths below it. */
function search(profile: string, needles: readonly Buffer[]): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    try {
      const content = readFileSync(path);
      if (needles.some((needle) => content.includes(needle))) found.push(path.slice(profile.length));
    } catch {
      // Gone between the listing and the reading, as is right for it.
    }
  }
  return found;
}

/** A text as a file may hold it: in UTF-8, or in the two-byte strings of the browser's serialiser. */
function spellings(text: string): Buffer[] {
  return [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
}

interface Opened {
  readonly page: Page;
  /** What was recorded. */
  readonly markers: string[];
}

async function open(context: BrowserContext, source: string): Promise<Opened> {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.evaluate(
    ([id]) => {
      const scope = globalThis as unknown as {
        openRing: (options: object) => { anchor: (anchor: object) => void };
        ring: unknown;
      };
      const ring = scope.openRing({
        session: 'session',
        source: id,
        originMs: performance.timeOrigin,
        settings: { maxAgeMs: 600_000, maxBytes: 200_000_000 },
      });
      ring.anchor({ monoMs: 0, sessionMs: 0, wallMs: performance.timeOrigin, uncertaintyMs: 1 });
      scope.ring = ring;
    },
    [source],
  );
  return { page, markers: [] };
}

/** Records something unmistakable and incompressible into every lane, small and large. */
async function record({ page, markers }: Opened): Promise<void> {
  const sizes = [200, 12_000, 300_000];
  const texts = LANES.flatMap((lane) => sizes.map((bytes) => ({ lane, text: randomBytes(bytes).toString('base64') })));
  markers.push(...texts.flatMap(({ text }) => [text.slice(0, 60), text.slice(-60)]));
  await page.evaluate(async (recorded) => {
    const { ring } = globalThis as unknown as {
      ring: { append: (...args: unknown[]) => void; totals: () => Promise<unknown> };
    };
    const t = performance.now();
    const timestamp = performance.timeOrigin + t;
    const dom = [
      { type: 4, timestamp, data: { href: 'http://app.test/', width: 800, height: 600 } },
      { type: 2, timestamp, data: { node: { type: 0, id: 1, childNodes: [] }, initialOffset: { top: 0, left: 0 } } },
    ];
    ring.append([{ lane: 'dom', events: dom, monoMs: [t, t] }], [], false);
    for (const { lane, text } of recorded) {
      const event =
        lane === 'dom'
          ? { type: 3, timestamp, data: { source: 0, texts: [{ id: 1, value: text }] } }
          : { type: lane, t, message: text };
      ring.append([{ lane, events: [event], monoMs: [t] }], [], false);
    }
    await ring.totals();
  }, texts);
}

/** Seals everything; answers a piece from the middle of each row's stored bytes. */
async function handOver({ page }: Opened): Promise<Buffer[]> {
  const pieces = await page.evaluate(async () => {
    type Row = { storedBytes: number };
    type Give = (rows: Row[], stored: Uint8Array) => Promise<void>;
    const { ring } = globalThis as unknown as { ring: { handOver: (request: object, give: Give) => Promise<unknown> } };
    const found: number[][] = [];
    await ring.handOver({ handOver: crypto.randomUUID(), startMs: -1e12, endMs: 1e12 }, (rows, stored) => {
      let at = 0;
      for (const { storedBytes } of rows) {
        const middle = at + Math.floor(storedBytes / 2);
        found.push(Array.from(stored.subarray(middle, middle + 48)));
        at += storedBytes;
      }
      return Promise.resolve();
    });
    return found;
  });
  return pieces.map((piece) => Buffer.from(piece));
}

async function wipe({ page }: Opened): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as { ring: { wipe: () => Promise<void> } }).ring.wipe());
}

/** The recording goes on: something new every half second, as in real life. */
async function goOn({ page }: Opened): Promise<void> {
  await page.evaluate(() => {
    const { ring } = globalThis as unknown as { ring: { append: (...args: unknown[]) => void } };
    setInterval(() => {
      const t = performance.now();
      ring.append([{ lane: 'log', events: [{ type: 'log', t, message: 'later' }], monoMs: [t] }], [], false);
    }, 500);
  });
}

describe.skipIf(executablePath === undefined)('a wiped recording', () => {
  it('is nowhere in the profile of the browser, while it runs and after it has quit', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'ring-profile-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: executablePath ?? '',
      headless: true,
      args: CHROMIUM_ARGS,
    });
    try {
      const dead = await open(context, 'dead');
      const living = await open(context, 'living');
      const other = await open(context, 'other');
      for (const window of [dead, living, other]) await record(window);
      const markers = [dead, living, other].flatMap((window) => window.markers);
      const texts = markers.flatMap(spellings);
      // The search can find: what is open lies on the disk as plain text.
      expect(search(profile, texts).length).toBeGreaterThan(3);
      await dead.page.close();

      // Reading rows for a hand-over holds their files open; wiping must let go of them.
      const stored = [...(await handOver(living)), ...(await handOver(other))];
      // Three windows of six lanes and up: all handed over, by one of the living for the dead one.
      expect(stored.length).toBeGreaterThanOrEqual(3 * LANES.length);
      for (const piece of stored) expect(search(profile, [piece])).not.toEqual([]);
      await record(living);
      const all = [...living.markers.flatMap(spellings), ...texts, ...stored];

      await Promise.all([wipe(living), wipe(other)]);
      const wipedMs = performance.now();
      await goOn(living);
      while (search(profile, all).length > 0) {
        if (performance.now() - wipedMs > WIPE_SETTLE_MS) break;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      expect(search(profile, all)).toEqual([]);

      await context.close();
      expect(search(profile, all)).toEqual([]);
    } finally {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    }
  }, 120_000);
});

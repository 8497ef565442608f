// Figures over a long recording: the size of its dom lane, and how soon its report is open.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, inflateRawSync } from 'node:zlib';
import type { Browser, BrowserContext } from 'playwright-core';
import { build, start } from '../scripts/built.js';
import { UPLOAD_CHUNK_BYTES } from '../src/shared/constants.js';
import { ticketAnswerSchema } from '../src/shared/protocol/desk.js';
import { mintReceiptCode } from '../src/shared/report/receipt-code.js';
import { launchChromium } from '../tests/e2e/product.js';
import { pageServer } from './bench-pages.js';
import { median, round, type Bench, type BenchOptions } from './figures.js';
import { recordLong, type LongRecording } from './long-recording.js';
import * as v from 'valibot';

const MB = 1024 * 1024;
let recording: Promise<LongRecording> | undefined;

/** Half an hour, recorded once for both figures; two minutes in the short form. */
function longRecording({ short, log }: BenchOptions): Promise<LongRecording> {
  recording ??= recordLong(short ? 2 : 30, log);
  return recording;
}

/** The plain dom entries in order, of the recording's one source. */
function domPlain({ segments, stored }: LongRecording): Buffer[] {
  return segments
    .filter(({ lane }) => lane === 'dom')
    .sort((a, b) => a.chain - b.chain || a.sequence - b.sequence)
    .map((segment) => inflateRawSync(stored.get(segment) ?? new Uint8Array()));
}

/** Our dom lane, independent segments, against one gzip-6 stream of the same events with the same checkouts. */
export const bundleDomBytes: Bench = {
  prefix: 'bundle.domBytesRatio',
  async run(options) {
    const long = await longRecording(options);
    const ours = long.segments
      .filter(({ lane }) => lane === 'dom')
      .reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    const plain = Buffer.concat(domPlain(long));
    const peer = gzipSync(plain, { level: 6 }).byteLength;
    return [
      {
        key: 'bundle.domBytesRatio',
        value: ours / peer,
        atMost: 1.05,
        unit: '',
        ours: `${String(round(ours / MB, 2))} MB in segments`,
        peer: `one gzip-6 stream ${String(round(peer / MB, 2))} MB of ${String(round(plain.byteLength / MB, 1))} MB`,
      },
    ];
  },
};

/** Uploads the bundle as the outbox does; answers the report's id. */
async function upload(deskUrl: string, bundle: Uint8Array<ArrayBuffer>): Promise<string> {
  const id = randomUUID();
  const ask = async (path: string, init: RequestInit): Promise<unknown> => {
    const response = await fetch(new URL(path, deskUrl), init);
    if (!response.ok) throw new Error(`The desk answered ${String(response.status)}: ${await response.text()}`);
    return await response.json();
  };
  const report = {
    id,
    receiptCode: mintReceiptCode(randomBytes(16)),
    createdMs: Date.now(),
    session: 'bench',
    app: { name: 'Bench', version: '1' },
    description: '',
  };
  const part = { number: 0, bytes: bundle.byteLength, sha256: createHash('sha256').update(bundle).digest('hex') };
  const { ticket } = v.parse(
    ticketAnswerSchema,
    await ask('/api/tickets', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ report, part }),
    }),
  );
  const authorization = `Bearer ${ticket}`;
  for (let at = 0; at < bundle.byteLength; at += UPLOAD_CHUNK_BYTES) {
    await ask('/api/upload', {
      method: 'PUT',
      headers: { authorization, 'upload-offset': String(at), 'content-type': 'application/octet-stream' },
      body: bundle.slice(at, at + UPLOAD_CHUNK_BYTES),
    });
  }
  await ask('/api/upload/complete', { method: 'POST', headers: { authorization } });
  return id;
}

/**
 * Runs in the page: tells when a replayed frame with the grid in it has been painted. The replay's own frame runs no
 * scripts, so the page looks into it, through whatever documents lie between.
 */
function watchForFrame(): void {
  if (window.top !== window) return;
  const cellsIn = (inside: Document): number => {
    let cells = inside === document ? 0 : inside.querySelectorAll('td').length;
    for (const frame of inside.querySelectorAll('iframe')) {
      const deeper = frame.contentDocument;
      if (deeper !== null) cells += cellsIn(deeper);
    }
    return cells;
  };
  const look = (): void => {
    if (cellsIn(document) < 10) {
      requestAnimationFrame(look);
      return;
    }
    // Painted after this frame's work.
    requestAnimationFrame(() => {
      setTimeout(() => {
        console.debug(`frame-shown ${String(performance.now())}`);
      });
    });
  };
  requestAnimationFrame(look);
}

/** Milliseconds from the start of the navigation to the first replayed frame, in a context with nothing cached. */
async function openMs(
  browser: Browser,
  url: string,
  prepare?: (context: BrowserContext) => Promise<void>,
): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    await prepare?.(context);
    await context.addInitScript(watchForFrame);
    const page = await context.newPage();
    const shown = page.waitForEvent('console', {
      predicate: (message) => message.text().startsWith('frame-shown '),
      timeout: 120_000,
    });
    await page.goto(url);
    return Number((await shown).text().split(' ')[1]);
  } finally {
    await context.close();
  }
}

/** Navigation to first replayed frame: our report at the desk, against rrweb-player given the whole recording. */
export const viewerOpen: Bench = {
  prefix: 'viewer.openRatio',
  async run(options) {
    const long = await longRecording(options);
    const events = Buffer.concat(domPlain(long)).toString().trimEnd().split('\n');
    const json = Buffer.from(`[${events.join(',')}]`);
    await build();
    const dir = await mkdtemp(join(tmpdir(), 'fluxrec-bench-'));
    const desk = await start('desk', ['--port', '0', '--data', dir], /(http\S+#code=\S+)/);
    const peerServer = await pageServer();
    peerServer.get('/events.json', (_request, reply) => reply.type('application/json').send(json));
    const peerUrl = await peerServer.listen({ port: 0, host: '127.0.0.1' });
    const browser = await launchChromium();
    try {
      const deskUrl = new URL(desk.told).origin;
      const report = await upload(deskUrl, long.bundle);
      const signIn = await browser.newContext();
      const page = await signIn.newPage();
      await page.goto(desk.told);
      await page.getByRole('heading', { name: 'Inbox' }).waitFor();
      const { cookies } = await signIn.storageState();
      await signIn.close();
      const [ours, peer]: [number[], number[]] = [[], []];
      for (let turn = 0; turn < (options.short ? 1 : 7); turn += 1) {
        ours.push(await openMs(browser, `${deskUrl}/#/reports/${report}`, (context) => context.addCookies(cookies)));
        peer.push(await openMs(browser, `${peerUrl}/peers/bench/pages/player.html`));
        options.log(`ours ${String(round(ours.at(-1) ?? 0, 0))} ms, peer ${String(round(peer.at(-1) ?? 0, 0))} ms`);
      }
      return [
        {
          key: 'viewer.openRatio',
          value: median(ours) / median(peer),
          atMost: 0.3,
          unit: '',
          ours: `${String(round(median(ours), 0))} ms to the first frame`,
          peer: `rrweb-player ${String(round(median(peer), 0))} ms, ${String(round(json.byteLength / MB, 1))} MB of events`,
        },
      ];
    } finally {
      await browser.close();
      await peerServer.close();
      await desk.stop();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

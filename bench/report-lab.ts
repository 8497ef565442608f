// One long report at a desk, and the same events in rrweb-player, each behind a server of its own.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import * as v from 'valibot';
import { build, start } from '../scripts/built.js';
import { UPLOAD_CHUNK_BYTES } from '../src/shared/constants.js';
import { ticketAnswerSchema } from '../src/shared/protocol/desk.js';
import { mintReceiptCode } from '../src/shared/report/receipt-code.js';
import { launchChromium } from '../tests/e2e/product.js';
import { pageServer } from './bench-pages.js';
import type { BenchOptions, Figure } from './figures.js';
import { longRecording, type LongRecording } from './long-recording.js';

export interface ReportLab {
  readonly long: LongRecording;
  readonly browser: Browser;
  /** Of the peer, all events as one JSON list. */
  readonly eventBytes: number;
  /** Of the technician's page; `atMs` in report time, which is the recorded page's own time. */
  reportUrl(atMs?: number): string;
  peerUrl(atMs?: number): string;
  /** A page in a context with nothing cached; a technician's is signed in. `init` runs in it before anything else. */
  open(side: 'ours' | 'peer', init: () => void): Promise<{ context: BrowserContext; page: Page }>;
}

/** The plain dom entries in order, of the recording's one source. */
export function domPlain({ segments, stored }: LongRecording): Buffer[] {
  return segments
    .filter(({ lane }) => lane === 'dom')
    .sort((a, b) => a.chain - b.chain || a.sequence - b.sequence)
    .map((segment) => inflateRawSync(stored.get(segment) ?? new Uint8Array()));
}

export async function withReportLab(
  options: BenchOptions,
  run: (lab: ReportLab) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const long = await longRecording(options);
  const events = Buffer.concat(domPlain(long)).toString().trimEnd().split('\n');
  const json = Buffer.from(`[${events.join(',')}]`);
  // The peer counts from its first event.
  const firstMs = (JSON.parse(events[0] ?? '{}') as { timestamp: number }).timestamp - long.originMs;
  await build();
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-bench-'));
  const desk = await start('desk', ['--port', '0', '--data', dir], /(http\S+#code=\S+)/);
  const peerServer = await pageServer();
  peerServer.get('/events.json', (_request, reply) => reply.type('application/json').send(json));
  const peerOrigin = await peerServer.listen({ port: 0, host: '127.0.0.1' });
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
    return await run({
      long,
      browser,
      eventBytes: json.byteLength,
      reportUrl: (atMs) =>
        `${deskUrl}/#/reports/${report}${atMs === undefined ? '' : `?t=${String(Math.round(atMs))}`}`,
      peerUrl: (atMs) =>
        `${peerOrigin}/peers/bench/pages/player.html${atMs === undefined ? '' : `?t=${String(Math.round(atMs - firstMs))}`}`,
      async open(side, init) {
        const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
        if (side === 'ours') await context.addCookies(cookies);
        await context.addInitScript(init);
        return { context, page: await context.newPage() };
      },
    });
  } finally {
    await browser.close();
    await peerServer.close();
    await desk.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

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

// What Send costs when it was confirmed: from the answer of the panel to a report that is durable in the outbox.
import { inflateRawSync } from 'node:zlib';
import { zipSync, type Zippable } from 'fflate';
import { HAND_OVER_CHUNK_BYTES } from '../src/shared/constants.js';
import type { SealedSegment } from '../src/shared/session/segment.js';
import { startApp } from '../tests/integration/host/app-double.js';
import { PanelDouble, WindowDouble } from '../tests/integration/host/documents.js';
import { median, round, type Bench, type BenchOptions, type Figure } from './figures.js';
import { longRecording, type LongRecording } from './long-recording.js';

const MB = 1024 * 1024;
const MINUTE_MS = 60_000;
/** Ten minutes pass in this time for the host, whose session has only begun: the bytes are what they were. */
const SQUEEZED_MS = 100;

interface Recorded {
  /** Rows of each window. */
  readonly windows: readonly (readonly SealedSegment[])[];
  readonly plainBytes: number;
}

function rowsOf({ segments, stored }: LongRecording, untilMs: number): SealedSegment[] {
  return segments
    .filter(({ endMonoMs }) => endMonoMs <= untilMs)
    .map((segment) => ({ segment, stored: stored.get(segment) ?? new Uint8Array() }));
}

const plainBytesOf = (rows: readonly SealedSegment[]): number =>
  rows.reduce((sum, { segment }) => sum + segment.bytes, 0);

/** The whole recording again and again, each time in another window, until there is as much. */
function fill(long: LongRecording, plainBytes: number): Recorded {
  const all = rowsOf(long, Infinity);
  const windows: SealedSegment[][] = [];
  let leftBytes = plainBytes;
  while (leftBytes > 0) {
    const rows: SealedSegment[] = [];
    for (const row of all) {
      if (leftBytes <= 0) break;
      rows.push(row);
      leftBytes -= row.segment.bytes;
    }
    windows.push(rows);
  }
  return { windows, plainBytes: plainBytes - leftBytes };
}

async function handOver(window: WindowDouble, rows: readonly SealedSegment[], longestMs: number): Promise<void> {
  const { session, source } = window.hello;
  const { handOver: id } = (await window.channel.waitFor('handOver')) as { handOver: string };
  let [batch, batchBytes]: [SealedSegment[], number] = [[], 0];
  const give = async (): Promise<void> => {
    if (batch.length > 0) await window.giveRows(id, batch);
    [batch, batchBytes] = [[], 0];
  };
  for (const { segment, stored } of rows) {
    if (batchBytes + stored.byteLength > HAND_OVER_CHUNK_BYTES) await give();
    const squeezed = (ms: number): number => 10 + (SQUEEZED_MS * ms) / longestMs;
    const [startMonoMs, endMonoMs] = [squeezed(segment.startMonoMs), squeezed(segment.endMonoMs)];
    batch.push({ segment: { ...segment, session: session.id, source, startMonoMs, endMonoMs }, stored });
    batchBytes += stored.byteLength;
  }
  await give();
  await window.call('handedOver', { handOver: id, dead: [] });
}

/** Milliseconds from Send to a report that lies in the outbox, and its size. */
async function sendMs({ windows }: Recorded): Promise<{ tookMs: number; bytes: number }> {
  const app = await startApp({ settings: { maxBytes: 1024 * MB } });
  try {
    const longestMs = Math.max(...windows.flat().map(({ segment }) => segment.endMonoMs));
    const open = [];
    for (const rows of windows) open.push({ rows, window: await WindowDouble.open(app.origin) });
    const panel = await PanelDouble.open(app.host.panelUrl);
    await new Promise((resolve) => setTimeout(resolve, 2 * SQUEEZED_MS));
    const { id } = await panel.createDraft();
    for (const { window, rows } of open) await handOver(window, rows, longestMs);
    const { selection } = await panel.readyDraft(id);
    const startMs = performance.now();
    await panel.call('sendDraft', { draft: id, description: '', consent: true });
    const tookMs = performance.now() - startMs;
    return { tookMs, bytes: selection.totalBytes };
  } finally {
    await app.close();
  }
}

function zipMs({ windows }: Recorded): number {
  const files: Zippable = {};
  for (const [window, rows] of windows.entries()) {
    for (const [at, { segment, stored }] of rows.entries()) {
      const plain = segment.lane === 'screen' ? stored : inflateRawSync(stored);
      files[`${String(window)}/${String(at)}`] = [new Uint8Array(plain), { level: 6 }];
    }
  }
  const startMs = performance.now();
  zipSync(files);
  return performance.now() - startMs;
}

async function sealRatio(key: string, recorded: Recorded, turns: number, log: BenchOptions['log']): Promise<Figure> {
  const [ours, peer]: [number[], number[]] = [[], []];
  let bytes = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    const sent = await sendMs(recorded);
    bytes = sent.bytes;
    ours.push(sent.tookMs);
    peer.push(zipMs(recorded));
    log(`sent in ${String(round(sent.tookMs, 0))} ms, zipped in ${String(round(peer.at(-1) ?? 0, 0))} ms`);
  }
  return {
    key,
    value: median(ours) / median(peer),
    atMost: 0.25,
    unit: '',
    ours: `${String(round(median(ours), 0))} ms for ${String(round(bytes / MB, 1))} MB, on the disk`,
    peer: `fflate zipSync, level 6: ${String(round(median(peer), 0))} ms of ${String(round(recorded.plainBytes / MB, 1))} MB, in memory`,
  };
}

/** Send confirmed to durable in the outbox, against zipping the same data there and then. */
export const bundleSeal: Bench = {
  prefix: 'bundle.sealRatio',
  async run(options) {
    const long = await longRecording(options);
    const rows = rowsOf(long, 10 * MINUTE_MS);
    const tenMinutes: Recorded = { windows: [rows], plainBytes: plainBytesOf(rows) };
    const large = fill(long, (options.short ? 20 : 200) * MB);
    return [
      await sealRatio('bundle.sealRatio', tenMinutes, options.short ? 1 : 5, options.log),
      await sealRatio('bundle.sealRatio200MB', large, options.short ? 1 : 3, options.log),
    ];
  },
};

import { seal } from '../../shared/bundle/seal.js';
import { concat } from './concat.js';
import { livingSources, whileAdopting } from './liveness.js';
import type { RingStore, SourceRow, UnsealedRow } from './ring-store.js';
import { wallMsAt } from './source-clock.js';

const LINE_END = 10;

/** Sources in the store whose window is gone. */
export async function deadSources(store: RingStore): Promise<SourceRow[]> {
  // In this order: a window that comes in between is in neither list or in the second only.
  const rows = await store.sources();
  const living = await livingSources();
  return rows.filter(({ source }) => !living.has(source));
}

/** The sources of a session whose window is gone, with all that they left sealed. */
export async function adoptDead(store: RingStore, session: string): Promise<string[]> {
  const dead = (await deadSources(store)).filter((row) => row.session === session);
  for (const { source } of dead) await sealLeftOver(store, source);
  return dead.map(({ source }) => source);
}

/** Seals what a source left unsealed. To be called for one's own source too, before it is written on. */
export async function sealLeftOver(store: RingStore, source: string): Promise<SourceRow | undefined> {
  return whileAdopting(source, async () => {
    let row = await store.source(source);
    for (const unsealed of row?.unsealed ?? []) row = await sealOne(store, row as SourceRow, unsealed);
    return row;
  });
}

async function sealOne(store: RingStore, row: SourceRow, unsealed: UnsealedRow): Promise<SourceRow> {
  const { lane, chain, sequence, startMonoMs, endMonoMs, checkout } = unsealed;
  const key = { source: row.source, lane, chain, sequence };
  const after: SourceRow = { ...row, unsealed: row.unsealed.filter((other) => other !== unsealed) };
  const left = concat(await store.chunks(key));
  // What there is of a video file can be played to where it ends.
  const plain = lane === 'screen' ? left : wholeLines(left);
  const events = lane === 'screen' && left.byteLength > 0 ? unsealed.events : countLines(plain);
  if (events === 0) {
    await store.discard(after, [key]);
    return after;
  }
  const meta = {
    session: row.session,
    ...key,
    startMonoMs,
    endMonoMs,
    startWallMs: wallMsAt(clockOf(row), startMonoMs),
    endWallMs: wallMsAt(clockOf(row), endMonoMs),
    events,
    ...(checkout ? { checkout: true as const } : {}),
  };
  await store.seal(after, await seal(meta, plain), 'left');
  return after;
}

function clockOf({ anchors, originMs }: SourceRow) {
  return { anchors: [...anchors], originMs };
}

/** Chunks hold whole lines; a damaged file may not. */
function wholeLines(plain: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return plain.subarray(0, plain.lastIndexOf(LINE_END) + 1);
}

function countLines(plain: Uint8Array): number {
  let lines = 0;
  for (let at = plain.indexOf(LINE_END); at !== -1; at = plain.indexOf(LINE_END, at + 1)) lines++;
  return lines;
}

import type { Anchor } from '../../shared/session/clock.js';
import type { Segment } from '../../shared/session/segment.js';
import type { Ring } from '../ring/ring.js';
import type { PastSegment } from './messages.js';
import { sessionTime } from './past.js';

/** A dom chain of this window, as far as it was asked for. Times are session time. */
export interface PastChain {
  readonly source: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly originMs: number;
  /** Session time of its source's monotonic 0. */
  readonly offsetMs: number;
  readonly segments: readonly PastSegment[];
}

export interface PastOwn {
  readonly source: string;
  readonly anchor: Anchor;
}

export interface PastMoment {
  readonly atMs: number;
  readonly boundMs: number;
  /** As much as that more of the chain, for who plays on from there. */
  readonly aheadMs: number;
  readonly nowMs: number;
}

/** A checkout comes after two minutes at the latest, if anything happens; half a minute for one that was late. */
const LONGEST_CHAIN_MS = 150_000;
/** What is newer may not be in the ring yet. */
const SETTLED_MS = 2000;

/**
 * The chain that shows this window at a session time, and begins at `boundMs` or later: where the one that does begins earlier,
 * the first one after it. Undefined where there is none. Until its `endMs` the window showed nothing else.
 */
export async function readChain(
  ring: Ring,
  own: PastOwn,
  { atMs, boundMs, aheadMs, nowMs }: PastMoment,
): Promise<PastChain | undefined> {
  const untilMs = Math.max(atMs, Math.min(atMs + aheadMs, nowMs - SETTLED_MS));
  const chains = (await chainsIn(ring, own, atMs, untilMs)).sort((a, b) => a.startMs - b.startMs);
  const last = chains.findLast(({ startMs }) => startMs <= atMs);
  const next = chains.find(({ startMs }) => startMs > atMs);
  if (last !== undefined && last.startMs >= boundMs) {
    return { ...last, endMs: next === undefined ? Math.max(last.endMs, untilMs) : Math.max(atMs, next.startMs) };
  }
  if (last === undefined && atMs > boundMs) return undefined;
  const later = await chainsIn(ring, own, atMs, atMs + LONGEST_CHAIN_MS);
  return later.filter(({ startMs }) => startMs >= boundMs).sort((a, b) => a.startMs - b.startMs)[0];
}

async function chainsIn(ring: Ring, own: PastOwn, startMs: number, endMs: number): Promise<PastChain[]> {
  const chains = new Map<string, PastChain>();
  const request = { handOver: crypto.randomUUID(), startMs, endMs, lanes: ['dom'], isAlone: true } as const;
  await ring.handOver(request, (segments, stored) => {
    let at = 0;
    for (const segment of segments) {
      const from = at;
      at += segment.storedBytes;
      if (windowOf(segment.source) === windowOf(own.source)) add(chains, segment, stored.slice(from, at), own);
    }
    return Promise.resolve();
  });
  return [...chains.values()];
}

function add(
  chains: Map<string, PastChain>,
  segment: Segment,
  stored: Uint8Array<ArrayBuffer>,
  { source: ownSource, anchor }: PastOwn,
): void {
  const { source, chain, bytes, startMonoMs, endMonoMs, startWallMs } = segment;
  const originMs = startWallMs - startMonoMs;
  // Of a document that is gone nobody here knows more than the wall clock.
  const offsetMs = source === ownSource ? sessionTime(anchor, 0) : originMs - (anchor.wallMs - anchor.sessionMs);
  const key = `${source}/${chain}`;
  const known = chains.get(key);
  chains.set(key, {
    source,
    originMs,
    offsetMs,
    startMs: known?.startMs ?? startMonoMs + offsetMs,
    endMs: endMonoMs + offsetMs,
    segments: [...(known?.segments ?? []), { source, stored, bytes, offsetMs }],
  });
}

/** The host process calls the documents of window `w1` `w1-1`, `w1-2` …: what another window showed is not within the grant. */
function windowOf(source: string): string {
  return source.replace(/-\d+$/, '');
}

import { toSessionMs, type Anchor, type Source } from '../../shared/session/clock.js';
import type { PlacedRow } from '../../shared/session/chains.js';
import type { Segment } from '../../shared/session/segment.js';

type Clock = Pick<Source, 'anchors' | 'originMs'>;

/** An anchor a minute makes 16 hours of this; then every second one of the older half goes. */
const MAX_ANCHORS = 1000;

/** Adds an anchor in its place. */
export function keepAnchor(anchors: readonly Anchor[], anchor: Anchor): Anchor[] {
  const kept = [...anchors.filter(({ monoMs }) => monoMs !== anchor.monoMs), anchor].sort(
    (a, b) => a.monoMs - b.monoMs,
  );
  if (kept.length <= MAX_ANCHORS) return kept;
  return kept.filter((_, index) => index === 0 || index > MAX_ANCHORS / 2 || index % 2 === 0);
}

/** Wall clock of a monotonic time, by the last anchor at or before it; before the first anchor by the origin. */
export function wallMsAt(clock: Clock, monoMs: number): number {
  const anchor = clock.anchors.findLast((candidate) => candidate.monoMs <= monoMs) ?? clock.anchors[0];
  return anchor === undefined ? clock.originMs + monoMs : anchor.wallMs + (monoMs - anchor.monoMs);
}

/**
 * Places rows of any source on one clock: that of this window's session. A source that left no anchor, or belongs to an
 * earlier session, is placed by the wall clock; a time in the future, which only a wall clock that was set back can
 * make, counts as that far in the past.
 */
export class Placing {
  readonly #session: string;
  readonly #anchorsOf: ReadonlyMap<string, Source['anchors']>;
  readonly #now: { readonly sessionMs: number; readonly wallMs: number };

  constructor(
    session: string,
    sources: readonly { readonly source: string; readonly anchors: readonly Anchor[] }[],
    now: { readonly sessionMs: number; readonly wallMs: number },
  ) {
    this.#session = session;
    this.#anchorsOf = new Map(sources.map(({ source, anchors }) => [source, [...anchors]]));
    this.#now = now;
  }

  place(segment: Segment): PlacedRow & { readonly segment: Segment } {
    const { source, lane, chain, sequence, storedBytes, session, startMonoMs, endMonoMs } = segment;
    const anchors = this.#anchorsOf.get(source) ?? [];
    const isPlaceable = session === this.#session && anchors.length > 0;
    return {
      source,
      lane,
      chain,
      sequence,
      storedBytes,
      segment,
      startMs: isPlaceable ? toSessionMs({ anchors }, startMonoMs) : this.#byWallClock(segment.startWallMs),
      endMs: isPlaceable ? toSessionMs({ anchors }, endMonoMs) : this.#byWallClock(segment.endWallMs),
    };
  }

  #byWallClock(wallMs: number): number {
    return this.#now.sessionMs - Math.abs(this.#now.wallMs - wallMs);
  }
}

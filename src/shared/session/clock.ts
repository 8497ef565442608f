import * as v from 'valibot';

/**
 * One reading of a source's clocks against the session's.
 *
 * Session time is milliseconds since the session began, on the host process's monotonic clock. A source counts its own
 * monotonic milliseconds (`performance.now()`); it asks the host for the time, takes the middle of the round trip, and
 * notes the pair. The method is Cristian's: the error is at most half the round trip, kept as `uncertaintyMs`.
 */
export const anchorSchema = v.object({
  monoMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
  sessionMs: v.pipe(v.number(), v.finite()),
  /** Wall clock (Unix ms) of the source at the same instant. */
  wallMs: v.pipe(v.number(), v.finite()),
  uncertaintyMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
});
export type Anchor = v.InferOutput<typeof anchorSchema>;

/** Something that records on one clock: one document of a window from load to unload, or one run of the host process. */
export const sourceSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  kind: v.picklist(['window', 'host']),
  /** The same for all documents that one window loaded, one after the other. */
  window: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/))),
  /** The title of the window when it was last seen, for people. */
  title: v.optional(v.pipe(v.string(), v.maxLength(500))),
  /** Wall clock (Unix ms) that monotonic 0 of this source stands for: rrweb's `timestamp` = originMs + monotonic ms. */
  originMs: v.pipe(v.number(), v.finite()),
  /** At least one, ascending in monoMs. */
  anchors: v.pipe(v.array(anchorSchema), v.minLength(1), v.maxLength(10_000)),
});
export type Source = v.InferOutput<typeof sourceSchema>;

/** `Date.now()` tells whole milliseconds. */
const WALL_CLOCK_MS = 1;

/**
 * The same readings, as good as what is known besides makes them. All sources of a session run on one computer, so its wall clock, which
 * stood at `startedMs` when the session began, decides within what a reading may be wrong by; where somebody has set it since, it does not
 * agree. And a reading that agrees with a sharper one that follows is what the sharper one says it was: a document reads the clock for the
 * first time while it loads, when answers take longest. Where the clocks came apart (sleep) readings do not agree, and stay.
 */
export function sharpened(anchors: readonly Anchor[], startedMs: number): Anchor[] {
  const sharp: Anchor[] = [];
  for (const anchor of anchors.toReversed()) {
    const next = sharp.at(-1);
    const byWall = { sessionMs: anchor.wallMs - startedMs, uncertaintyMs: WALL_CLOCK_MS };
    const byNext = next && {
      sessionMs: next.sessionMs - (next.monoMs - anchor.monoMs),
      uncertaintyMs: next.uncertaintyMs,
    };
    const better = [byWall, byNext].find((other) => other !== undefined && isSharper(other, anchor));
    sharp.push(better === undefined ? anchor : { ...anchor, ...better });
  }
  return sharp.reverse();
}

type Reading = Pick<Anchor, 'sessionMs' | 'uncertaintyMs'>;

/** Says the same, within what both may be wrong by, and says it better. */
function isSharper(reading: Reading, than: Reading): boolean {
  const apartMs = Math.abs(reading.sessionMs - than.sessionMs);
  return reading.uncertaintyMs < than.uncertaintyMs && apartMs <= reading.uncertaintyMs + than.uncertaintyMs;
}

/** Session time of a source's monotonic time: from the last anchor at or before it (the first, for what lies before all). */
export function toSessionMs(source: Pick<Source, 'anchors'>, monoMs: number): number {
  let nearest = source.anchors[0];
  for (const anchor of source.anchors) {
    if (anchor.monoMs > monoMs) break;
    nearest = anchor;
  }
  if (nearest === undefined) return monoMs;
  return nearest.sessionMs + (monoMs - nearest.monoMs);
}

/** Monotonic time of a dom event of this source. */
export function domEventMonoMs(source: Pick<Source, 'originMs'>, event: { readonly timestamp: number }): number {
  return event.timestamp - source.originMs;
}

import { toChains, type Chain, type IsGrowing, type PlacedRow } from './chains.js';

export interface RetentionLimits {
  readonly maxAgeMs: number;
  /** Stored bytes of all rows together. */
  readonly maxBytes: number;
}

export interface RetentionPlan<R extends PlacedRow> {
  /** To delete, oldest first. Never a part of a chain, never one that still grows. */
  readonly drop: readonly Chain<R>[];
  /** Bytes above the limit that are left when all of `drop` is gone: only growing chains are left then. */
  readonly excessBytes: number;
}

/** Which chains go: first by age, then the oldest until the rest fits. */
export function planRetention<R extends PlacedRow>(
  rows: Iterable<R>,
  limits: RetentionLimits,
  nowMs: number,
  isGrowing: IsGrowing,
): RetentionPlan<R> {
  const chains = toChains(rows, isGrowing).sort((a, b) => a.untilMs - b.untilMs || a.startMs - b.startMs);
  let bytes = chains.reduce((sum, chain) => sum + chain.storedBytes, 0);
  const drop: Chain<R>[] = [];
  for (const chain of chains) {
    // In the order of `untilMs`: from the first one that is neither too old nor too much on, all stay.
    if (chain.untilMs === Infinity || (chain.untilMs >= nowMs - limits.maxAgeMs && bytes <= limits.maxBytes)) break;
    drop.push(chain);
    bytes -= chain.storedBytes;
  }
  return { drop, excessBytes: Math.max(0, bytes - limits.maxBytes) };
}

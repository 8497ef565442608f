import type { Lane } from './lane.js';

// A chain is what must be kept or dropped as a whole. In the dom lane it is a full snapshot and all that builds on it;
// in the other lanes every segment is a chain of its own.

/** A row of a ring, placed on the session's clock. */
export interface PlacedRow {
  readonly source: string;
  readonly lane: Lane;
  readonly chain: number;
  readonly sequence: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly storedBytes: number;
}

export interface Chain<R extends PlacedRow = PlacedRow> {
  readonly source: string;
  readonly lane: Lane;
  readonly chain: number;
  readonly startMs: number;
  /**
   * Until when it is needed. A page that stands still leaves no events, and what it shows is still what the last chain
   * built: a dom chain reaches to the start of the next one, and the last one of a living source without end.
   */
  readonly untilMs: number;
  readonly storedBytes: number;
  /** In the order of their sequence. */
  readonly rows: readonly R[];
}

/** The chain that still grows: the last of the dom lane, or the one with the open segment. */
export type IsGrowing = (source: string, lane: Lane, chain: number) => boolean;

/** Rows in any order to chains, by source and lane, in the order of their numbers. */
export function toChains<R extends PlacedRow>(rows: Iterable<R>, isGrowing: IsGrowing): Chain<R>[] {
  const ordered = [...rows].sort(
    (a, b) => compare(a.source, b.source) || compare(a.lane, b.lane) || a.chain - b.chain || a.sequence - b.sequence,
  );
  const groups: R[][] = [];
  let previous: R | undefined;
  for (const row of ordered) {
    const group = groups.at(-1);
    if (group !== undefined && previous !== undefined && isSameLane(previous, row) && previous.chain === row.chain)
      group.push(row);
    else groups.push([row]);
    previous = row;
  }
  return groups.map((group, index) => {
    const first = group[0] as R;
    const next = groups[index + 1]?.[0];
    const endMs = Math.max(...group.map((row) => row.endMs));
    return {
      source: first.source,
      lane: first.lane,
      chain: first.chain,
      startMs: Math.min(...group.map((row) => row.startMs)),
      untilMs: untilMs(first, next, endMs, isGrowing),
      storedBytes: group.reduce((sum, row) => sum + row.storedBytes, 0),
      rows: group,
    };
  });
}

function untilMs(first: PlacedRow, next: PlacedRow | undefined, endMs: number, isGrowing: IsGrowing): number {
  if (isGrowing(first.source, first.lane, first.chain)) return Infinity;
  if (first.lane === 'dom' && next !== undefined && isSameLane(first, next)) return Math.max(endMs, next.startMs);
  return endMs;
}

/**
 * The rows that a stretch of session time needs, chain by chain: those that overlap it, and for dom all from the full
 * snapshot of their chain up to the last one that begins in the stretch.
 */
export function selectRows<R extends PlacedRow>(chains: readonly Chain<R>[], startMs: number, endMs: number): R[] {
  return chains
    .filter((chain) => chain.untilMs >= startMs && chain.startMs <= endMs)
    .flatMap((chain) =>
      chain.lane === 'dom'
        ? // What stands behind a hole in a dom chain cannot be replayed.
          chain.rows.filter((row, index) => row.sequence === index && row.startMs <= endMs)
        : chain.rows.filter((row) => row.startMs <= endMs && row.endMs >= startMs),
    );
}

function isSameLane(a: PlacedRow, b: PlacedRow): boolean {
  return a.source === b.source && a.lane === b.lane;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Anything on the timeline, in an array that ascends in `ms`. */
interface Dated {
  readonly ms: number;
}

/** Index of the first item after a moment; the length when there is none. */
export function indexAfter(items: readonly Dated[], ms: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.ms ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the line that is current at a moment: the last one at or before it; -1 before the first. */
export function indexAt(items: readonly Dated[], ms: number): number {
  return indexAfter(items, ms) - 1;
}

/** The next or the previous item as seen from a moment, never the one that the playhead stands on. */
export function neighbour<T extends Dated>(items: readonly T[], ms: number, direction: 1 | -1): T | undefined {
  if (direction === 1) return items[indexAfter(items, ms)];
  let index = indexAt(items, ms);
  while (index >= 0 && items[index]?.ms === ms) index -= 1;
  return items[index];
}

interface Ordered {
  readonly ms: number;
  readonly key: number;
}

/** A call takes only so many arguments. */
const SPLICE_ITEMS = 10_000;

export function byMoment(a: Ordered, b: Ordered): number {
  return a.ms - b.ms || a.key - b.key;
}

/**
 * Merges `batch` (in any order) into `items` (ascending), in place. What comes in the order of time costs its own length;
 * what comes before costs the stretch that it overlaps, and one move of the tail.
 */
export function mergeSorted<T extends Ordered>(items: T[], batch: readonly T[]): void {
  const sorted = [...batch].sort(byMoment);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return;
  const from = positionAfter(items, first);
  if (from === items.length) {
    for (const item of sorted) items.push(item);
    return;
  }
  const to = positionAfter(items, last);
  const merged = from === to ? sorted : [...items.slice(from, to), ...sorted].sort(byMoment);
  items.splice(from, to - from, ...merged.slice(0, SPLICE_ITEMS));
  for (let done = SPLICE_ITEMS; done < merged.length; done += SPLICE_ITEMS) {
    items.splice(from + done, 0, ...merged.slice(done, done + SPLICE_ITEMS));
  }
}

/** Index of the first item that comes after `one`. */
function positionAfter(items: readonly Ordered[], one: Ordered): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && byMoment(item, one) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

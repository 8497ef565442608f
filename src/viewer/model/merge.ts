interface Ordered {
  readonly ms: number;
  readonly key: number;
}

export function byMoment(a: Ordered, b: Ordered): number {
  return a.ms - b.ms || a.key - b.key;
}

/**
 * Merges `batch` (in any order) into `items` (ascending), in place and from the end: what comes in the order of time costs
 * its own length only, what comes before a tail costs that tail.
 */
export function mergeSorted<T extends Ordered>(items: T[], batch: readonly T[]): void {
  const sorted = [...batch].sort(byMoment);
  const first = sorted[0];
  if (first === undefined) return;
  const last = items.at(-1);
  if (last === undefined || byMoment(last, first) <= 0) {
    for (const item of sorted) items.push(item);
    return;
  }
  let read = items.length - 1;
  let next = sorted.length - 1;
  items.length += sorted.length;
  for (let write = items.length - 1; next >= 0; write -= 1) {
    const old = read >= 0 ? items[read] : undefined;
    const added = sorted[next] as T;
    if (old !== undefined && byMoment(old, added) > 0) {
      items[write] = old;
      read -= 1;
    } else {
      items[write] = added;
      next -= 1;
    }
  }
}

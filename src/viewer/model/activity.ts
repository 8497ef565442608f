/** A stretch of report time. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** Shorter silences are part of how people work; only longer ones are skipped. As rrweb's replayer has it. */
export const INACTIVE_AFTER_MS = 10_000;

/** Stretches in any order, overlapping or not, as few ascending disjoint ones. */
export function mergeStretches(stretches: Iterable<Stretch>): Stretch[] {
  const sorted = [...stretches].filter((stretch) => stretch.endMs >= stretch.startMs);
  sorted.sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const merged: Stretch[] = [];
  for (const stretch of sorted) {
    const last = merged.at(-1);
    if (last === undefined || stretch.startMs > last.endMs) merged.push(stretch);
    else if (stretch.endMs > last.endMs) merged[merged.length - 1] = { startMs: last.startMs, endMs: stretch.endMs };
  }
  return merged;
}

/** What lies between the stretches, within a range: the gaps of a recording, the silences between actions. */
export function between(stretches: Iterable<Stretch>, range: Stretch): Stretch[] {
  const gaps: Stretch[] = [];
  let reachedMs = range.startMs;
  for (const stretch of mergeStretches(stretches)) {
    if (stretch.startMs > reachedMs) gaps.push({ startMs: reachedMs, endMs: Math.min(stretch.startMs, range.endMs) });
    reachedMs = Math.max(reachedMs, stretch.endMs);
    if (reachedMs >= range.endMs) break;
  }
  if (reachedMs < range.endMs) gaps.push({ startMs: reachedMs, endMs: range.endMs });
  return gaps.filter((gap) => gap.endMs > gap.startMs);
}

/**
 * Where nobody did anything and nothing went wrong for longer than `INACTIVE_AFTER_MS`. `active` are the moments (of
 * actions, errors) or stretches in which something was going on.
 */
export function inactiveStretches(active: Iterable<number | Stretch>, range: Stretch): Stretch[] {
  const stretches = function* (): Generator<Stretch> {
    for (const one of active) yield typeof one === 'number' ? { startMs: one, endMs: one } : one;
  };
  return between(stretches(), range).filter((gap) => gap.endMs - gap.startMs > INACTIVE_AFTER_MS);
}

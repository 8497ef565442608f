/** A stretch of session time. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

/** As many as the contract lets a draft name. */
const MAX_STRETCHES = 1000;
/** Segments that lie this close belong to one stretch: between them nothing happened that anyone would call a gap. */
const NEAR_MS = 2000;

/** Merged where they touch or nearly do, ascending. Where there are too many, the smallest gaps are closed first. */
export function mergeStretches(stretches: Iterable<Stretch>): Stretch[] {
  const merged: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of [...stretches].sort((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (last !== undefined && startMs <= last.endMs + NEAR_MS) last.endMs = Math.max(last.endMs, endMs);
    else merged.push({ startMs, endMs });
  }
  if (merged.length <= MAX_STRETCHES) return merged;
  const gaps = merged.slice(1).map((stretch, index) => stretch.startMs - (merged[index]?.endMs ?? 0));
  const widest = [...gaps.keys()].sort((a, b) => (gaps[b] ?? 0) - (gaps[a] ?? 0)).slice(0, MAX_STRETCHES - 1);
  const bounds = [...widest.sort((a, b) => a - b), merged.length - 1];
  let from = 0;
  return bounds.map((to) => {
    const stretch = { startMs: merged[from]?.startMs ?? 0, endMs: merged[to]?.endMs ?? 0 };
    from = to + 1;
    return stretch;
  });
}

/** Windows report every few seconds; a hidden one's timers come once a minute. Longer silence is a gap. */
const SILENCE_MS = 75_000;

/**
 * When windows said that they record. A page that stands still leaves no segments, and still it was recorded: without
 * this, a quiet minute would look like a gap.
 */
export class ReportedStretches {
  readonly #maxAgeMs: number;
  #stretches: { startMs: number; endMs: number }[] = [];
  #isCut = false;

  constructor(maxAgeMs: number) {
    this.#maxAgeMs = maxAgeMs;
  }

  note(nowMs: number): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined && !this.#isCut && nowMs - last.endMs <= SILENCE_MS) last.endMs = nowMs;
    else this.#stretches.push({ startMs: nowMs, endMs: nowMs });
    this.#isCut = false;
    if (this.#stretches[0] !== undefined && this.#stretches[0].endMs < nowMs - this.#maxAgeMs) this.#stretches.shift();
  }

  /** A pause: what comes next is a stretch of its own. */
  cut(): void {
    this.#isCut = true;
  }

  clear(): void {
    this.#stretches = [];
  }

  all(): readonly Stretch[] {
    return this.#stretches;
  }
}

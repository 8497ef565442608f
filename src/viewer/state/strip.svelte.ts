import type { Stretch } from '../model/activity.js';
import { between } from '../model/activity.js';
import { density, segmentDensity } from '../model/density.js';
import type { OpenContents, OpenReport } from './open-report.svelte.js';

/** One bar of the strip is this wide, px. */
const BAR_PX = 2;
/** A press this near to an error's mark means the error. */
const NEAR_PX = 5;
/** No closer than this: rrweb's own events are some 50 ms apart. */
const MIN_VIEW_MS = 1_000;

/** Bars of one row, each from 0 to 1 by the tallest of its row. */
export type Bars = readonly number[];

export interface LogBars {
  readonly all: Bars;
  readonly warnings: Bars;
  readonly errors: Bars;
}

/** What the timeline strip shows: a view of the report's time, and how much happened where. */
export class Strip {
  readonly #report: OpenReport;
  readonly #contents: OpenContents;
  #widthPx = $state(0);
  #view = $state.raw<Stretch>({ startMs: 0, endMs: 1 });
  #hoverMs = $state<number | undefined>(undefined);

  readonly full: Stretch;
  readonly isZoomed = $derived.by(() => this.#view.endMs - this.#view.startMs < this.full.endMs - this.full.startMs);
  readonly buckets = $derived(Math.max(1, Math.floor(this.#widthPx / BAR_PX)));
  readonly dom: Bars = $derived.by(() => {
    const segments = this.#contents.index.lanes.get('dom') ?? [];
    return heights(segmentDensity(segments, this.#view, this.buckets));
  });
  readonly log: LogBars = $derived.by(() => this.#logBars());
  readonly network: { readonly all: Bars; readonly failures: Bars } = $derived.by(() => {
    const items = this.#report.items('network');
    const all = density(items, this.#view, this.buckets);
    const failed = density(
      items.filter((item) => item.isFailure),
      this.#view,
      this.buckets,
    );
    return { all: heights(all), failures: heights(failed, tallest(all)) };
  });
  readonly own: { readonly all: Bars; readonly errors: Bars } = $derived.by(() => {
    const items = this.#report.items('own');
    const all = density(items, this.#view, this.buckets);
    const errors = density(
      items.filter(({ event }) => event.level === 'error'),
      this.#view,
      this.buckets,
    );
    return { all: heights(all), errors: heights(errors, tallest(all)) };
  });
  readonly actions: Bars = $derived.by(() => heights(density(this.#report.items('action'), this.#view, this.buckets)));
  /** Where no window has anything to show. */
  readonly emptyStretches: readonly Stretch[] = $derived.by(() => {
    const chains = this.#contents.windows.flatMap((window) => window.chains);
    return between(
      chains.map(({ startMs, untilMs }) => ({ startMs, endMs: untilMs })),
      this.full,
    );
  });

  constructor(report: OpenReport, contents: OpenContents) {
    this.#report = report;
    this.#contents = contents;
    const { startMs, endMs } = contents.index;
    // A report of one moment still needs a width.
    this.full = { startMs, endMs: Math.max(endMs, startMs + 1) };
    this.#view = this.full;
  }

  get view(): Stretch {
    return this.#view;
  }
  get widthPx(): number {
    return this.#widthPx;
  }
  /** Report time under the pointer. */
  get hoverMs(): number | undefined {
    return this.#hoverMs;
  }

  resize(widthPx: number): void {
    this.#widthPx = widthPx;
  }

  hover(share: number | undefined): void {
    this.#hoverMs = share === undefined ? undefined : this.msAt(share);
  }

  /** Report time at a share (0 to 1) of the strip's width. */
  msAt(share: number): number {
    const { startMs, endMs } = this.#view;
    return startMs + Math.min(1, Math.max(0, share)) * (endMs - startMs);
  }

  /** Share (0 to 1, outside of it when not in view) of the strip's width at a report time. */
  shareOf(ms: number): number {
    const { startMs, endMs } = this.#view;
    return (ms - startMs) / (endMs - startMs);
  }

  /** The error beside which a press at `ms` was: whoever aims at its mark means the error. */
  faultNear(ms: number): number | undefined {
    const reachMs = (NEAR_PX / Math.max(1, this.#widthPx)) * (this.#view.endMs - this.#view.startMs);
    let best: number | undefined;
    for (const fault of this.#report.faults) {
      const awayMs = Math.abs(fault.ms - ms);
      if (awayMs <= reachMs && (best === undefined || awayMs < Math.abs(best - ms))) best = fault.ms;
    }
    return best;
  }

  /** Zooms by a factor (below 1: closer) around a report time, which stays where it is. */
  zoom(factor: number, aroundMs: number): void {
    const { startMs, endMs } = this.#view;
    const fullMs = this.full.endMs - this.full.startMs;
    const lengthMs = Math.min(fullMs, Math.max(Math.min(MIN_VIEW_MS, fullMs), (endMs - startMs) * factor));
    const share = this.shareOf(aroundMs);
    this.#show(aroundMs - share * lengthMs, lengthMs);
  }

  /** Moves the view by a share of its length. */
  pan(share: number): void {
    const { startMs, endMs } = this.#view;
    this.#show(startMs + share * (endMs - startMs), endMs - startMs);
  }

  fit(): void {
    this.#view = this.full;
  }

  /** Turns a page when the playhead leaves the view. */
  follow(ms: number): void {
    const { startMs, endMs } = this.#view;
    if (ms >= startMs && ms <= endMs) return;
    const lengthMs = endMs - startMs;
    this.#show(ms > endMs ? ms - 0.05 * lengthMs : ms - 0.95 * lengthMs, lengthMs);
  }

  #show(fromMs: number, lengthMs: number): void {
    const startMs = Math.min(Math.max(fromMs, this.full.startMs), this.full.endMs - lengthMs);
    this.#view = { startMs, endMs: startMs + lengthMs };
  }

  /** In one pass: a log may have half a million lines. */
  #logBars(): LogBars {
    const { startMs, endMs } = this.#view;
    const perMs = this.buckets / (endMs - startMs);
    const counts = { all: this.#empty(), warnings: this.#empty(), errors: this.#empty() };
    for (const { ms, event } of this.#report.items('log')) {
      if (ms < startMs || ms > endMs) continue;
      const at = Math.min(this.buckets - 1, Math.floor((ms - startMs) * perMs));
      count(counts.all, at);
      if (event.level === 'error') count(counts.errors, at);
      if (event.level === 'error' || event.level === 'warn') count(counts.warnings, at);
    }
    const top = tallest(counts.all);
    return {
      all: heights(counts.all, top),
      warnings: heights(counts.warnings, top),
      errors: heights(counts.errors, top),
    };
  }

  #empty(): Uint32Array {
    return new Uint32Array(this.buckets);
  }
}

function count(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

function tallest(counts: ArrayLike<number>): number {
  let top = 0;
  for (let index = 0; index < counts.length; index += 1) top = Math.max(top, counts[index] ?? 0);
  return top;
}

/** A logarithm, so that one line stays visible beside a burst of a thousand. */
function heights(counts: ArrayLike<number>, top = tallest(counts)): Bars {
  const scale = Math.log1p(top);
  return Array.from(counts, (count) => (count === 0 || scale === 0 ? 0 : Math.log1p(count) / scale));
}

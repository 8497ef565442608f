import type { AreaReport } from './area-report.js';
import { coveringOf, LOOK_BACK_MS, MAX_GAP_MS, type Covering } from './hull.js';

/** A frame of the capture, or what stands for it in a test. */
export interface Arrival<F> {
  readonly frame: F;
  /** When it was captured, on the capture's own clock. */
  readonly timestampMs: number;
  /** Monotonic ms of the page. */
  readonly arrivedMs: number;
}

export interface GateEvents<F> {
  /** It is known what to paint over. */
  readonly pass: (frame: F, capturedMs: number, covering: Covering | undefined) => void;
  /** It never will be. */
  readonly drop: (frame: F) => void;
}

/** A capture has few buffers: frames that are held are missing there. */
const MAX_HELD = 3;
/** Of older reports nobody asks: a frame is decided upon by the first report after it. */
const KEEP_MS = 2000;
/** An offset that was a lucky one counts no longer after so many frames, since clocks drift apart. */
const OFFSET_FRAMES = 1500;

/**
 * Holds each frame until it is known what must be painted over in it. The rule is measured: of frames of a page that was
 * scrolled, animated and blocked none leaked, where the latest rectangles on arrival leaked in every second one.
 */
export class FrameGate<F> {
  readonly #isMasked: boolean;
  readonly #events: GateEvents<F>;
  #held: Arrival<F>[] = [];
  #reports: AreaReport[] = [];
  /** Smallest known difference of a frame's arrival and its timestamp: what arrived without delay. */
  #offsetMs = Infinity;
  #nextOffsetMs = Infinity;
  #frames = 0;

  constructor(isMasked: boolean, events: GateEvents<F>) {
    this.#isMasked = isMasked;
    this.#events = events;
  }

  /** The last word of the page; undefined before its first. */
  get reportedMs(): number | undefined {
    return this.#reports.at(-1)?.t;
  }

  addFrame(arrival: Arrival<F>): void {
    this.#noteOffset(arrival.arrivedMs - arrival.timestampMs);
    if (!this.#isMasked) {
      this.#events.pass(arrival.frame, this.#capturedMs(arrival), undefined);
      return;
    }
    this.#held.push(arrival);
    if (this.#held.length > MAX_HELD) this.#dropFirst();
  }

  addReport(report: AreaReport): void {
    this.#reports.push(report);
    for (let held = this.#held[0]; held !== undefined && held.arrivedMs < report.t; held = this.#held[0]) {
      const capturedMs = this.#capturedMs(held);
      const covering = coveringOf(this.#reports, capturedMs, held.arrivedMs);
      if (covering === undefined) {
        this.#dropFirst();
      } else {
        this.#held.shift();
        this.#events.pass(held.frame, capturedMs, covering);
      }
    }
    this.#prune(report.t);
  }

  /** Lets go of everything that is held. */
  clear(): void {
    while (this.#held.length > 0) this.#dropFirst();
  }

  #capturedMs({ timestampMs, arrivedMs }: Arrival<F>): number {
    return Math.min(arrivedMs, timestampMs + this.#offsetMs);
  }

  #noteOffset(offsetMs: number): void {
    this.#offsetMs = Math.min(this.#offsetMs, offsetMs);
    this.#nextOffsetMs = Math.min(this.#nextOffsetMs, offsetMs);
    if (++this.#frames % OFFSET_FRAMES !== 0) return;
    this.#offsetMs = this.#nextOffsetMs;
    this.#nextOffsetMs = Infinity;
  }

  #dropFirst(): void {
    const first = this.#held.shift();
    if (first !== undefined) this.#events.drop(first.frame);
  }

  /** The last report before the time that may still be asked for stays. */
  #prune(nowMs: number): void {
    const oldest = this.#held[0];
    const neededMs = Math.min(nowMs - KEEP_MS, oldest === undefined ? Infinity : this.#capturedMs(oldest));
    const keep = this.#reports.findLastIndex(({ t }) => t <= neededMs - LOOK_BACK_MS - MAX_GAP_MS);
    if (keep > 0) this.#reports = this.#reports.slice(keep);
  }
}

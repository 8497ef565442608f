import type { Stretch } from './activity.js';

export const SPEEDS = [0.5, 1, 2, 4, 8] as const;
export type Speed = (typeof SPEEDS)[number];

/** Skipped to this long before the next thing happens, so that one sees it coming. */
export const SKIP_LEAD_MS = 1_000;
/**
 * More real time than this between two ticks does not play: a tab in the background, a machine asleep, a page that was
 * busy. The technician saw nothing of it.
 */
export const MAX_TICK_MS = 1_000;

/**
 * What changed. `tick`: time went on by itself. `seek`: it jumped, also over an inactive stretch. `state`: playing, speed,
 * waiting, skipping or the range.
 */
export type ClockChange = 'tick' | 'seek' | 'state';

export interface PlaybackClockOptions {
  readonly startMs: number;
  readonly endMs: number;
  /** Monotonic real time in ms: `() => performance.now()`. */
  readonly now: () => number;
}

/** The one clock of a report's replay, in report time. It moves only when `tick` is called, once per animation frame. */
export class PlaybackClock {
  readonly #now: () => number;
  readonly #listeners = new Set<(change: ClockChange) => void>();
  #startMs: number;
  #endMs: number;
  #ms: number;
  #lastNow: number | undefined;
  #playing = false;
  #waiting = false;
  #speed: Speed = 1;
  #skipInactive = false;
  #inactive: readonly Stretch[] = [];

  constructor(options: PlaybackClockOptions) {
    this.#now = options.now;
    this.#startMs = options.startMs;
    this.#endMs = Math.max(options.startMs, options.endMs);
    this.#ms = options.startMs;
  }

  get ms(): number {
    return this.#ms;
  }
  get startMs(): number {
    return this.#startMs;
  }
  get endMs(): number {
    return this.#endMs;
  }
  /** Asked to play; it may still be waiting for the replay. */
  get playing(): boolean {
    return this.#playing;
  }
  /** Held because what is to be shown is not there yet. */
  get waiting(): boolean {
    return this.#waiting;
  }
  /** Time really moves. */
  get running(): boolean {
    return this.#playing && !this.#waiting;
  }
  get speed(): Speed {
    return this.#speed;
  }
  get skipInactive(): boolean {
    return this.#skipInactive;
  }
  get inactive(): readonly Stretch[] {
    return this.#inactive;
  }

  /** Plays on, at the end from the start again. */
  play(): void {
    if (this.#playing) return;
    const again = this.#ms >= this.#endMs;
    if (again) this.#ms = this.#startMs;
    this.#playing = true;
    this.#lastNow = this.#now();
    if (again) this.#emit('seek');
    this.#emit('state');
  }

  pause(): void {
    if (!this.#playing) return;
    this.tick();
    this.#playing = false;
    this.#emit('state');
  }

  toggle(): void {
    if (this.#playing) this.pause();
    else this.play();
  }

  seek(ms: number): void {
    if (Number.isNaN(ms)) return;
    this.#ms = this.#clamp(ms);
    this.#lastNow = this.#now();
    this.#emit('seek');
  }

  seekBy(deltaMs: number): void {
    this.seek(this.#ms + deltaMs);
  }

  setSpeed(speed: Speed): void {
    if (speed === this.#speed) return;
    this.tick();
    this.#speed = speed;
    this.#emit('state');
  }

  /** One step along `SPEEDS`. */
  changeSpeed(direction: 1 | -1): void {
    const next = SPEEDS[SPEEDS.indexOf(this.#speed) + direction];
    if (next !== undefined) this.setSpeed(next);
  }

  setSkipInactive(on: boolean): void {
    if (on === this.#skipInactive) return;
    this.#skipInactive = on;
    this.#emit('state');
  }

  /** Ascending and disjoint, as `inactiveStretches` makes them. */
  setInactive(stretches: readonly Stretch[]): void {
    this.#inactive = stretches;
    this.#emit('state');
  }

  /** Holds time while what is to be shown is fetched or built. */
  setWaiting(waiting: boolean): void {
    if (waiting === this.#waiting) return;
    if (waiting) this.tick();
    this.#waiting = waiting;
    this.#lastNow = this.#now();
    this.#emit('state');
  }

  /** The report became longer: another part, a live session. */
  setRange(startMs: number, endMs: number): void {
    if (startMs === this.#startMs && endMs === this.#endMs) return;
    this.#startMs = startMs;
    this.#endMs = Math.max(startMs, endMs);
    this.#emit('state');
    if (this.#clamp(this.#ms) !== this.#ms) this.seek(this.#ms);
  }

  /** Lets the time that has passed since the last tick pass in the report. Answers report time. */
  tick(): number {
    if (!this.running) return this.#ms;
    const now = this.#now();
    const passedMs = Math.min(Math.max(0, now - (this.#lastNow ?? now)), MAX_TICK_MS);
    this.#lastNow = now;
    const next = this.#clamp(this.#ms + passedMs * this.#speed);
    const target = this.#skipInactive ? this.#skipTarget(next) : undefined;
    if (target === undefined) {
      if (next !== this.#ms) {
        this.#ms = next;
        this.#emit('tick');
      }
    } else {
      this.#ms = target;
      this.#emit('seek');
    }
    if (this.#ms >= this.#endMs && this.#playing) {
      this.#playing = false;
      this.#emit('state');
    }
    return this.#ms;
  }

  /** Answers how to take the listener off again. */
  onChange(listener: (change: ClockChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #clamp(ms: number): number {
    return Math.min(Math.max(ms, this.#startMs), this.#endMs);
  }

  #skipTarget(ms: number): number | undefined {
    for (const stretch of this.#inactive) {
      if (stretch.startMs > ms) return undefined;
      // Nothing comes after the last stretch: its very end is the end of the report.
      const target = stretch.endMs >= this.#endMs ? this.#endMs : stretch.endMs - SKIP_LEAD_MS;
      if (ms < target) return target;
    }
    return undefined;
  }

  #emit(change: ClockChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** Ticks the clock at every animation frame until the answered function is called. */
export function driveClock(
  clock: PlaybackClock,
  frames: Pick<Window, 'requestAnimationFrame' | 'cancelAnimationFrame'>,
) {
  let frame = frames.requestAnimationFrame(function next() {
    frame = frames.requestAnimationFrame(next);
    clock.tick();
  });
  return (): void => {
    frames.cancelAnimationFrame(frame);
  };
}

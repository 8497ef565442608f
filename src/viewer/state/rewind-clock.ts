import { driveClock, PlaybackClock } from '../model/playback-clock.js';

/** The clock of what is played of the past of a live session, which has no end yet. It says each moment that it comes to. */
export class RewindClock {
  readonly #clock = new PlaybackClock({ startMs: 0, endMs: Infinity, now: () => performance.now() });
  #stop: (() => void) | undefined;
  #isHeld = true;

  constructor(onMoment: (atMs: number) => void) {
    this.#clock.onChange((change) => {
      if (change === 'tick' && !this.#isHeld) onMoment(this.#clock.ms);
    });
  }

  /** Holds at a moment, until `goOn`. */
  start(atMs: number): void {
    this.hold();
    this.#clock.seek(atMs);
    this.#clock.play();
    this.#stop ??= driveClock(this.#clock, window);
  }

  goOn(atMs: number): void {
    this.#clock.seek(atMs);
    this.#isHeld = false;
    this.#clock.setWaiting(false);
  }

  hold(): void {
    // The clock lets the time until now pass first: that is no moment any more.
    this.#isHeld = true;
    this.#clock.setWaiting(true);
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.hold();
    this.#clock.pause();
  }
}

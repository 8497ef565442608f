import { PlaybackClock, driveClock, type Speed } from '../model/playback-clock.js';
import type { Stretch } from '../model/activity.js';

export interface PlaybackOptions {
  readonly startMs: number;
  readonly endMs: number;
  /** Where to stand at first, report time. */
  readonly atMs: number;
  readonly now: () => number;
  readonly frames: Pick<Window, 'requestAnimationFrame' | 'cancelAnimationFrame'>;
}

/** The playback clock as components see it: what they read is reactive, what they do goes to the clock. */
export class Playback {
  readonly clock: PlaybackClock;
  readonly startMs: number;
  readonly endMs: number;
  readonly #stop: () => void;
  #ms = $state(0);
  #isPlaying = $state(false);
  #isWaiting = $state(false);
  #speed = $state<Speed>(1);
  #skipsInactive = $state(false);
  #inactive = $state.raw<readonly Stretch[]>([]);

  constructor(options: PlaybackOptions) {
    this.clock = new PlaybackClock(options);
    this.startMs = options.startMs;
    this.endMs = options.endMs;
    this.clock.onChange(() => {
      this.#read();
    });
    this.clock.seek(options.atMs);
    this.#stop = driveClock(this.clock, options.frames);
  }

  /** Report time of the playhead. */
  get ms(): number {
    return this.#ms;
  }
  get isPlaying(): boolean {
    return this.#isPlaying;
  }
  /** Held until what is to be shown is there. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }
  get speed(): Speed {
    return this.#speed;
  }
  get skipsInactive(): boolean {
    return this.#skipsInactive;
  }
  get inactive(): readonly Stretch[] {
    return this.#inactive;
  }
  get isAtEnd(): boolean {
    return this.#ms >= this.endMs;
  }

  toggle(): void {
    this.clock.toggle();
  }

  pause(): void {
    this.clock.pause();
  }

  seek(ms: number): void {
    this.clock.seek(ms);
  }

  seekBy(deltaMs: number): void {
    this.clock.seekBy(deltaMs);
  }

  setSpeed(speed: Speed): void {
    this.clock.setSpeed(speed);
  }

  changeSpeed(direction: 1 | -1): void {
    this.clock.changeSpeed(direction);
  }

  setSkipsInactive(on: boolean): void {
    this.clock.setSkipInactive(on);
  }

  dispose(): void {
    this.clock.pause();
    this.#stop();
  }

  #read(): void {
    const { clock } = this;
    this.#ms = clock.ms;
    this.#isPlaying = clock.playing;
    this.#isWaiting = clock.waiting;
    this.#speed = clock.speed;
    this.#skipsInactive = clock.skipInactive;
    this.#inactive = clock.inactive;
  }
}

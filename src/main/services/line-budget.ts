import type { HostClock } from './host-clock.js';

/** A host process that logs without end may not turn its recorder into a burden: so much at once, then so much a second. */
const BURST_CHARACTERS = 2 * 1024 * 1024;
const CHARACTERS_PER_SECOND = 256 * 1024;

/** A token bucket: empties with what is written, fills with time. */
export class LineBudget {
  readonly #clock: HostClock;
  #left = BURST_CHARACTERS;
  #filledMs: number;

  constructor(clock: HostClock) {
    this.#clock = clock;
    this.#filledMs = clock.monoMs();
  }

  /** False when there is not enough left; then nothing is taken. */
  take(characters: number): boolean {
    const nowMs = this.#clock.monoMs();
    this.#left = Math.min(BURST_CHARACTERS, this.#left + ((nowMs - this.#filledMs) / 1000) * CHARACTERS_PER_SECOND);
    this.#filledMs = nowMs;
    if (characters > this.#left) return false;
    this.#left -= characters;
    return true;
  }
}

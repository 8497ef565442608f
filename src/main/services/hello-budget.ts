import type { HostClock } from './host-clock.js';
import { ServiceError } from './service-errors.js';

/** A page in a loop, or one that is hostile, must not fill the session with sources. A busy app opens a few windows a second. */
const BURST = 30;
const PER_SECOND = 1;

export class HelloBudget {
  readonly #clock: HostClock;
  #left = BURST;
  #filledMs: number;

  constructor(clock: HostClock) {
    this.#clock = clock;
    this.#filledMs = clock.monoMs();
  }

  /** Throws `too-many-windows`. */
  take(): void {
    const nowMs = this.#clock.monoMs();
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#filledMs) / 1000) * PER_SECOND);
    this.#filledMs = nowMs;
    if (this.#left < 1) throw new ServiceError('too-many-windows');
    this.#left -= 1;
  }
}

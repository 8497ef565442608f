import type { HostClock } from '../../../../src/main/services/host-clock.js';

/** A host's clocks, moved by hand: both by `pass`, the wall clock alone by `step`. */
export class ClockDouble implements HostClock {
  #monoMs = 0;
  #wallMs: number;

  constructor(wallMs = 1_700_000_000_000) {
    this.#wallMs = wallMs;
  }

  monoMs(): number {
    return this.#monoMs;
  }
  wallMs(): number {
    return this.#wallMs;
  }
  pass(ms: number): void {
    this.#monoMs += ms;
    this.#wallMs += ms;
  }
  step(ms: number): void {
    this.#wallMs += ms;
  }
}

import { ViewerContext } from './viewer-context.js';

/** "5 min ago" is right to the minute. */
const TICK_MS = 15_000;

/** The technician's wall clock, for relative times. */
export class WallClock {
  #nowMs = $state(Date.now());

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Returns the function that stops it. */
  start(): () => void {
    const timer = setInterval(() => {
      this.#nowMs = Date.now();
    }, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }
}

export const wallClockContext = new ViewerContext<WallClock>('clock');

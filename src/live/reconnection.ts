import type { LiveErrorCode } from '../shared/protocol/live-errors.js';

/** How long both sides search for each other again: a laptop that changes its network, an app that is started anew. */
export const RECONNECT_MS = 3 * 60_000;
/** Between two attempts; each twice the one before. */
const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 15_000;

/** What another attempt may overcome. Anything else, and whatever looks as if somebody stood between, ends the session. */
const PASSING: ReadonlySet<LiveErrorCode> = new Set([
  'live-lost',
  'live-no-answer',
  'live-same-network-only',
  'live-no-direct-way',
  'live-relay-unreachable',
  'live-relay-refused',
  'live-no-way',
  'live-addresses-hidden',
  'live-channels-failed',
]);

export function isPassing(code: LiveErrorCode): boolean {
  return PASSING.has(code);
}

/** From a lost connection until it is back, or given up. */
export class Reconnection {
  readonly #retry: () => void;
  readonly #end: ReturnType<typeof setTimeout>;
  #next: ReturnType<typeof setTimeout> | undefined;
  #delayMs = FIRST_DELAY_MS;

  constructor(retry: () => void, giveUp: () => void, patienceMs = RECONNECT_MS) {
    this.#retry = retry;
    this.#end = setTimeout(() => {
      this.stop();
      giveUp();
    }, patienceMs);
  }

  /** This attempt was in vain: another one after a while. */
  again(): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(this.#retry, this.#delayMs);
    this.#delayMs = Math.min(2 * this.#delayMs, MAX_DELAY_MS);
  }

  stop(): void {
    clearTimeout(this.#end);
    clearTimeout(this.#next);
  }
}

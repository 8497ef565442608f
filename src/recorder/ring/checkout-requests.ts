import { CHECKOUT_MAX_MS, CHECKOUT_MIN_MS } from '../../shared/constants.js';

/** A page that has not answered by then is asked again; each time after twice as long, since snapshots may be what fails. */
const FIRST_WAIT_MS = 5000;

/** Asks the page for full snapshots, but never so often that they become a burden. */
export class CheckoutRequests {
  readonly #ask: () => void;
  readonly #now: () => number;
  #nextGapMs = -Infinity;
  #gapWaitMs = FIRST_WAIT_MS;
  #nextSizeMs = -Infinity;

  constructor(ask: () => void, now: () => number) {
    this.#ask = ask;
    this.#now = now;
  }

  /** The dom lane records nothing until the next full snapshot. */
  forGap(): void {
    const now = this.#now();
    if (now < this.#nextGapMs) return;
    this.#nextGapMs = now + this.#gapWaitMs;
    this.#gapWaitMs = Math.min(this.#gapWaitMs * 2, CHECKOUT_MAX_MS);
    this.#ask();
  }

  /** The open chain is all that is left and still too large. */
  forSize(): void {
    const now = this.#now();
    if (now < this.#nextSizeMs) return;
    this.#nextSizeMs = now + CHECKOUT_MIN_MS;
    this.#ask();
  }

  /** The dom lane records. */
  met(): void {
    this.#nextGapMs = -Infinity;
    this.#gapWaitMs = FIRST_WAIT_MS;
  }
}

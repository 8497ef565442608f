import { CHECKOUT_MAX_MS, CHECKOUT_MIN_BYTES, CHECKOUT_MIN_MS } from '../../shared/constants.js';

/**
 * A snapshot may take this share of the time: the 37 ms of a page with 5,000 nodes come at most every 37 s.
 */
const SNAPSHOT_SHARE = 1 / 1000;

/** Says when the next full snapshot is due: after time AND bytes, later where snapshots are dear, never without a change. */
export class CheckoutClock {
  #takenMs: number;
  #bytes = 0;
  #costMs = 0;

  constructor(nowMs: number) {
    this.#takenMs = nowMs;
  }

  /** Something was recorded that a snapshot would make needless to replay. */
  note(bytes: number): void {
    this.#bytes += bytes;
  }

  taken(nowMs: number, costMs: number): void {
    this.#takenMs = nowMs;
    this.#bytes = 0;
    // One slow snapshot (a busy machine) does not stretch all later ones.
    this.#costMs = this.#costMs === 0 ? costMs : (this.#costMs + costMs) / 2;
  }

  /** `maxAgeMs` is how far the ring reaches back: without several chains in it, dropping one would drop all. */
  isDue(nowMs: number, maxAgeMs: number): boolean {
    if (this.#bytes === 0) return false;
    const age = nowMs - this.#takenMs;
    const least = Math.min(
      Math.max(CHECKOUT_MIN_MS, this.#costMs / SNAPSHOT_SHARE),
      Math.max(CHECKOUT_MIN_MS, maxAgeMs / 4),
    );
    if (age < least) return false;
    return this.#bytes >= CHECKOUT_MIN_BYTES || age >= Math.max(least, Math.min(CHECKOUT_MAX_MS, maxAgeMs / 2));
  }
}

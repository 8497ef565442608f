/** What mutations may cost for long: a busy grid makes 0.03 MB a second, a page that is built anew 1 to 3 MB once. */
const BYTES_PER_SECOND = 1024 * 1024;
/** ... and at once. */
const BURST_BYTES = 12 * 1024 * 1024;
/** After a storm the lane rests: longer with each one. */
const FIRST_REST_MS = 10_000;
const LAST_REST_MS = 5 * 60_000;

/** A token bucket over the bytes of mutations: says when a page changes more than recording it may cost. */
export class StormGauge {
  #tokens = BURST_BYTES;
  #filledMs: number;
  #storms = 0;

  constructor(nowMs: number) {
    this.#filledMs = nowMs;
  }

  /** False when the budget is used up. */
  spend(nowMs: number, bytes: number): boolean {
    this.#tokens = Math.min(BURST_BYTES, this.#tokens + ((nowMs - this.#filledMs) * BYTES_PER_SECOND) / 1000);
    this.#filledMs = nowMs;
    this.#tokens -= bytes;
    return this.#tokens >= 0;
  }

  /** How long to rest now; the budget is full again afterwards. */
  rest(): number {
    this.#tokens = BURST_BYTES;
    return Math.min(LAST_REST_MS, FIRST_REST_MS * 2 ** this.#storms++);
  }
}

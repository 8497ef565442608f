import type { Anchor } from '../shared/session/clock.js';

export interface ClockDeps {
  /** Monotonic ms of this source. */
  readonly now: () => number;
  /** Unix ms. */
  readonly wallNow: () => number;
  /** The host's session time, now. */
  readonly ask: () => Promise<number>;
  readonly onAnchor: (anchor: Anchor) => void;
  /** The two clocks of this machine came apart by so much since they were looked at last. */
  readonly onStep: (stepMs: number) => void;
}

/** Round trips for one reading: the quickest says most. */
const SAMPLES = 5;
/** A reading that agrees with the last anchor this well moves nothing: anchors that jitter would reorder events. */
const AGREEMENT_MS = 5;
/** A difference between wall and monotonic clock that is no slewing (500 ppm of a minute is 30 ms). */
const STEP_MS = 500;

/** Keeps the relation between this document's clock, the session's and the wall's. */
export class SourceClock {
  readonly #deps: ClockDeps;
  #last: Anchor | undefined;
  #wallOffsetMs: number;
  #running: Promise<void> | undefined;

  constructor(deps: ClockDeps) {
    this.#deps = deps;
    this.#wallOffsetMs = deps.wallNow() - deps.now();
  }

  /** The reading that came with the answer to `hello`; earlier anchors, of another session, count no more. */
  begin(anchor: Anchor): void {
    this.#last = anchor;
    this.#deps.onAnchor(anchor);
  }

  /** Makes an anchor of a round trip from `sentMs` to `receivedMs`, by Cristian's method. */
  anchorOf(sentMs: number, receivedMs: number, sessionMs: number): Anchor {
    const monoMs = (sentMs + receivedMs) / 2;
    const wallMs = this.#deps.wallNow() - (this.#deps.now() - monoMs);
    return { monoMs, sessionMs, wallMs, uncertaintyMs: (receivedMs - sentMs) / 2 };
  }

  /** Reads the host's clock several times. Rejects with what `ask` rejects with, unless one reading came through. */
  measure(): Promise<void> {
    this.#running ??= this.#measure().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Cheap: to be called often. Answers whether the clocks came apart, after telling it. */
  checkStep(): boolean {
    const offsetMs = this.#deps.wallNow() - this.#deps.now();
    const stepMs = offsetMs - this.#wallOffsetMs;
    this.#wallOffsetMs = offsetMs;
    if (Math.abs(stepMs) < STEP_MS) return false;
    this.#deps.onStep(stepMs);
    return true;
  }

  async #measure(): Promise<void> {
    let best: Anchor | undefined;
    let failure: unknown;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const sentMs = this.#deps.now();
      try {
        const sessionMs = await this.#deps.ask();
        const anchor = this.anchorOf(sentMs, this.#deps.now(), sessionMs);
        if (best === undefined || anchor.uncertaintyMs < best.uncertaintyMs) best = anchor;
      } catch (error) {
        failure = error;
        break;
      }
    }
    if (best === undefined) throw failure;
    if (!this.#agrees(best)) {
      this.#last = best;
      this.#deps.onAnchor(best);
    }
  }

  #agrees(anchor: Anchor): boolean {
    const last = this.#last;
    if (last === undefined) return false;
    const expectedMs = last.sessionMs + (anchor.monoMs - last.monoMs);
    const differenceMs = Math.abs(expectedMs - anchor.sessionMs);
    // A much sharper reading is worth having, as long as it does not just repeat a good one.
    const isSharper = last.uncertaintyMs > AGREEMENT_MS && anchor.uncertaintyMs < last.uncertaintyMs / 2;
    return differenceMs <= Math.max(AGREEMENT_MS, anchor.uncertaintyMs) && !isSharper;
  }
}

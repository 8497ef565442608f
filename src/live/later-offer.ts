import type { Candidate, Signal } from '../shared/protocol/live.js';

export type OfferSignal = Extract<Signal, { kind: 'offer' }>;

/** Older than that, whoever made it has given up. */
const LIFE_MS = 60_000;
/** Of one offer: what a description holds twice. */
const MAX_LATER_CANDIDATES = 48;

/**
 * The newest offer that came while we were connected. Whoever carries signals could make it, so it ends nothing; but where the connection
 * is lost a moment later, it was the other side's, which knew that before us.
 */
export class LaterOffer {
  readonly #now: () => number;
  #kept: { readonly signal: OfferSignal; readonly candidates: Candidate[]; readonly atMs: number } | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  keep(signal: Signal): void {
    if (signal.kind === 'offer') this.#kept = { signal, candidates: [], atMs: this.#now() };
    else if (signal.kind === 'candidate' && signal.offer === this.#kept?.signal.offer) {
      if (this.#kept.candidates.length < MAX_LATER_CANDIDATES) this.#kept.candidates.push(signal.candidate);
    }
  }

  /** Once. */
  take(): { readonly signal: OfferSignal; readonly candidates: readonly Candidate[] } | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    return kept !== undefined && this.#now() - kept.atMs <= LIFE_MS ? kept : undefined;
  }
}

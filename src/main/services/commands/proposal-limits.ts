import { CommandError } from './command-errors.js';
import type { ProposalRecord } from './proposal-record.js';

/** A proposal that nobody did anything about for so long is not put before the customer any more. */
export const IDLE_EXPIRY_MS = 60 * 60_000;

const HOUR_MS = 60 * 60_000;
/** Undecided proposals of one technician, and of all: as many as a person can be asked to read. */
const MAX_PENDING_OF_ONE = 5;
const MAX_PENDING = 20;
const MAX_PER_HOUR_OF_ONE = 30;
/** So many refusals an hour are answered and noted; whoever goes on is not served with more. */
const MAX_REFUSALS_TOLD = 10;

/** How many commands may run at once: a long recording beside a look at the logs. */
export const MAX_RUNNING = 3;
/** What is kept of the past; the oldest settled proposal goes first. */
export const MAX_RECORDS = 200;

/** When a proposal ends by itself, Unix ms. */
export function expiresAt({ expiresMs, activeMs }: ProposalRecord): number {
  return Math.min(expiresMs, activeMs + IDLE_EXPIRY_MS);
}

/** Keeps one technician, or whoever stole a technician's key, from wearing the customer down. */
export class ProposalLimits {
  readonly #wallMs: () => number;
  /** Unix ms of refusals within the last hour, by signing key. */
  readonly #refusals = new Map<string, number[]>();

  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  /** Throws `proposal-pile` or `proposal-too-often`. */
  check(signingKey: string, records: Iterable<ProposalRecord>): void {
    let [pending, pendingOfOne, lately] = [0, 0, 0];
    const sinceMs = this.#wallMs() - HOUR_MS;
    for (const { from, state, receivedMs } of records) {
      const isOfOne = from.signingKey === signingKey;
      if (state === 'pending') {
        pending += 1;
        if (isOfOne) pendingOfOne += 1;
      }
      if (isOfOne && receivedMs > sinceMs) lately += 1;
    }
    if (pending >= MAX_PENDING || pendingOfOne >= MAX_PENDING_OF_ONE) throw new CommandError('proposal-pile');
    if (lately >= MAX_PER_HOUR_OF_ONE) throw new CommandError('proposal-too-often');
  }

  /** Whether a refusal is still answered and noted. Counts it. */
  mayTellRefusal(signingKey: string): boolean {
    const sinceMs = this.#wallMs() - HOUR_MS;
    const recent = (this.#refusals.get(signingKey) ?? []).filter((atMs) => atMs > sinceMs);
    if (recent.length < MAX_REFUSALS_TOLD) recent.push(this.#wallMs());
    else return false;
    this.#refusals.set(signingKey, recent);
    return true;
  }
}

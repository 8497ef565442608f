import type { GrantKind } from '../../shared/protocol/live-grants.js';
import type { LiveOrders } from '../../shared/protocol/live-host.js';

type Grants = LiveOrders['grants'];

/** A timer cannot be set for longer than 25 days; by then it is looked at anew many times. */
const LONGEST_WAIT_MS = 3_600_000;
const LATE_MS = 50;

/** Of what the host process has granted, what this page may act by now. */
export class HeldGrants {
  /** Grants of connections that are gone, and such as were taken back here: the host process may not have heard of it yet. */
  readonly #spent = new Set<string>();
  readonly #onExpired: () => void;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  /** `onExpired`: the host process ends them as well; a page that it cannot reach does it by its own clock. */
  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  /** Those that hold, until the first of them is over. */
  of(granted: Grants): Grants {
    this.stop();
    const nowMs = Date.now();
    const held = granted.filter(({ grant, untilMs }) => untilMs > nowMs && !this.#spent.has(grant));
    const nextMs = Math.min(...held.map(({ untilMs }) => untilMs));
    if (Number.isFinite(nextMs)) {
      this.#expiry = setTimeout(this.#onExpired, Math.min(nextMs - nowMs + LATE_MS, LONGEST_WAIT_MS));
    }
    return held;
  }

  /** All of them, or one kind, hold no more, whatever the host process says. */
  spend(granted: Grants, only?: GrantKind): void {
    for (const { grant, kind } of granted) if (only === undefined || only === kind) this.#spent.add(grant);
  }

  stop(): void {
    clearTimeout(this.#expiry);
  }
}

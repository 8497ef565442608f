import type { DomEvent } from '../../shared/session/lane.js';
import { FULL_SNAPSHOT, INCREMENTAL, META } from '../../shared/session/rrweb-numbers.js';
import { isWritten, type DomItem } from './ring-event.js';

/** How many events may stand between Meta and its full snapshot; rrweb writes them one after the other. */
const MAX_HELD = 50;

export interface TimedDomEvent {
  readonly event: DomItem;
  readonly monoMs: number;
}

export interface Admitted extends TimedDomEvent {
  /** The first of a checkout: a new chain starts here. */
  readonly startsChain: boolean;
}

/**
 * Lets dom events into chains. A chain starts at a Meta event with its full snapshot and at nothing else: rrweb's own
 * `isCheckout` is set on both, and a chain cut at each would begin at a snapshot without its page every second time.
 * Before the first snapshot, and from a loss to the next one, incremental events would change nodes that nobody has.
 */
export class CheckoutGate {
  #waiting: 'start' | 'gap' | undefined;
  #meta: TimedDomEvent | undefined;
  #held: TimedDomEvent[] = [];
  #isHolding = false;
  #lost = 0;

  /** `resumed`: a chain is there already, and nothing was lost since. */
  constructor(resumed = false) {
    this.#waiting = resumed ? undefined : 'start';
  }

  /** Nothing gets in until the next full snapshot. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Changes of the page that were let go because of a loss, since last asked. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Events were lost (`gap`) or everything was erased (`start`). */
  wait(reason: 'start' | 'gap'): void {
    if (reason === 'gap') for (const { event } of this.#held) this.#countLost(event);
    this.#waiting = reason;
    this.#held = [];
    this.#isHolding = false;
    if (reason === 'start') this.#meta = undefined;
  }

  admit(timed: TimedDomEvent): Admitted[] {
    const { type } = timed.event;
    if (type === META) return this.#hold(timed);
    if (type === FULL_SNAPSHOT) return this.#startChain(timed);
    if (!this.#isHolding) return this.#pass([timed]);
    this.#held.push(timed);
    return this.#held.length > MAX_HELD ? this.#release() : [];
  }

  #hold(meta: TimedDomEvent): Admitted[] {
    const released = this.#release();
    this.#meta = meta;
    this.#isHolding = true;
    this.#held = [];
    return released;
  }

  /** What stood between Meta and full snapshot happened to the page before: it belongs to the chain that ends. */
  #startChain(snapshot: TimedDomEvent): Admitted[] {
    const before = this.#pass(this.#held);
    const meta = this.#isHolding ? this.#meta : this.#metaAgain(snapshot);
    this.#held = [];
    this.#isHolding = false;
    this.#waiting = undefined;
    return [
      ...before,
      ...(meta === undefined ? [] : [{ ...meta, startsChain: true }]),
      { ...snapshot, startsChain: meta === undefined },
    ];
  }

  /** A full snapshot on its own still needs to know the page that it was taken of. */
  #metaAgain(snapshot: TimedDomEvent): TimedDomEvent | undefined {
    if (this.#meta === undefined) return undefined;
    return {
      event: redated(this.#meta.event, snapshot.event.timestamp),
      monoMs: snapshot.monoMs,
    };
  }

  /** A Meta event without a full snapshot starts nothing. */
  #release(): Admitted[] {
    if (!this.#isHolding || this.#meta === undefined) return [];
    const released = this.#pass([this.#meta, ...this.#held]);
    this.#held = [];
    this.#isHolding = false;
    return released;
  }

  #pass(events: readonly TimedDomEvent[]): Admitted[] {
    if (this.#waiting === undefined) return events.map((timed) => ({ ...timed, startsChain: false }));
    for (const { event } of events) this.#countLost(event);
    return [];
  }

  /** Only what the customer did or the page changed counts, and not what came before anything could be recorded. */
  #countLost(event: DomItem): void {
    if (this.#waiting !== 'start' && event.type === INCREMENTAL) this.#lost++;
  }
}

function redated(meta: DomItem, timestamp: number): DomEvent {
  const event = isWritten(meta) ? (JSON.parse(meta.json) as DomEvent) : meta;
  return { ...event, timestamp };
}

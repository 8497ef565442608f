import { FieldWatch } from '../../../src/recorder/masking/field-watch.js';
import type { Lane, LaneContext } from '../../../src/recorder/lanes/lane.js';
import { makeGuard, now } from '../../../src/recorder/page.js';
import type { DomEvent, LaneEvent } from '../../../src/shared/session/lane.js';

/** A lane by itself: what it emits, in order, unscrubbed. */
export class LaneDouble {
  readonly events: LaneEvent[] = [];
  readonly urgent: LaneEvent[] = [];
  readonly domEvents: DomEvent[] = [];
  readonly faults: unknown[] = [];
  readonly fields = new FieldWatch();
  paused = false;
  maxAgeMs = 600_000;
  /** Time that the lane believes has passed besides. */
  skipMs = 0;
  /** Raise it when what was emitted has been taken away. */
  round = 0;
  readonly #freshStarts: (() => void)[] = [];
  readonly #leaves: (() => void)[] = [];
  readonly #stops: (() => void)[] = [];

  start(lane: Lane): this {
    const guard = makeGuard((error) => this.faults.push(error));
    const context: LaneContext = {
      now: () => now() + this.skipMs,
      guard,
      fields: this.fields,
      emit: (event, urgent = false) => {
        this.events.push(event);
        if (urgent) this.urgent.push(event);
        const { round } = this;
        return () => this.round === round;
      },
      emitDom: (event) => {
        // As the recorder dates them, but for the origin.
        event.timestamp = now();
        this.domEvents.push(event);
      },
      report: (kind, text, count) =>
        this.events.push({ type: 'recorder', t: now(), kind, text, ...(count === undefined ? {} : { count }) }),
      isPaused: () => this.paused,
      onFreshStart: (listener) => this.#freshStarts.push(listener),
      onLeave: (listener) => this.#leaves.push(listener),
      nodeId: () => undefined,
      isOwnUrl: (url) => url.startsWith(`${location.origin}/__fluxrec/`),
      maxAgeMs: () => this.maxAgeMs,
    };
    this.#stops.push(this.fields.start(guard), lane(context));
    return this;
  }

  freshStart(): void {
    for (const start of this.#freshStarts) start();
  }

  leave(): void {
    for (const leave of this.#leaves) leave();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** The events of one type that came so far. */
  of<T extends LaneEvent['type']>(type: T): Extract<LaneEvent, { readonly type: T }>[] {
    return this.events.filter((event): event is Extract<LaneEvent, { readonly type: T }> => event.type === type);
  }

  async until(test: () => boolean, what: string): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (test()) return;
      await wait(20);
    }
    throw new Error(`Did not come: ${what}. There is ${JSON.stringify(this.events).slice(0, 2000)}`);
  }
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type Fetch = (...args: Parameters<typeof fetch>) => Promise<Response>;

/** What `fetch` is to the page now. */
export function pageFetch(): Fetch {
  const now: unknown = Reflect.get(window, 'fetch');
  return now as Fetch;
}

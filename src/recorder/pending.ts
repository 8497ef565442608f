import type { Lane } from '../shared/session/lane.js';
import type { RingEvent } from './ring/ring-event.js';
import type { RingBatch } from './ring/ring.js';

/** While no host has answered yet events are kept here, at most this many of a lane. */
const MAX_LINES = 10_000;
/** One minute of a busy grid; a full snapshot of a large page counts as one and may be 3 MB. */
const MAX_DOM_EVENTS = 2000;

interface Waiting {
  events: RingEvent[];
  monoMs: number[];
}

/**
 * Events on their way to the ring. Before there is a ring the oldest go first when it becomes too many; of the dom lane all
 * go at once, since what follows builds on them.
 */
export class Pending {
  #lanes = new Map<Lane, Waiting>();
  #round = 0;
  #dropped = 0;

  /** Rises whenever what was here is taken away: an event of an earlier round is out of reach. */
  get round(): number {
    return this.#round;
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** How many were dropped since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  /** Answers false when the dom lane lost what it builds on: it needs a full snapshot. */
  push(lane: Lane, event: RingEvent, monoMs: number): boolean {
    let waiting = this.#lanes.get(lane);
    if (waiting === undefined) this.#lanes.set(lane, (waiting = { events: [], monoMs: [] }));
    if (lane === 'dom') {
      if (waiting.events.length >= MAX_DOM_EVENTS) {
        this.#dropped += waiting.events.length + 1;
        this.#lanes.delete(lane);
        return false;
      }
    } else if (waiting.events.length >= MAX_LINES) {
      // In large steps: taking one from the front of an array moves all others.
      const excess = MAX_LINES / 4;
      waiting.events.splice(0, excess);
      waiting.monoMs.splice(0, excess);
      this.#dropped += excess;
    }
    waiting.events.push(event);
    waiting.monoMs.push(monoMs);
    return true;
  }

  take(): RingBatch[] {
    this.#round++;
    const batches = [...this.#lanes].map(([lane, { events, monoMs }]) => ({ lane, events, monoMs }));
    this.#lanes = new Map();
    return batches;
  }
}

import { parseDomLines } from '../../shared/bundle/parse-lines.js';
import type { ChainData } from '../replay/messages.js';
import type { DomEvent } from '../../shared/session/lane.js';
import { FULL_SNAPSHOT, META } from '../../shared/session/rrweb-numbers.js';
import { ReplayError } from '../replay/replay-error.js';
import { reportTimeReader } from '../sources/report-time.js';
import { foldMutations } from './fold-mutations.js';
import { EventSanitiser, type SafeEvent } from './sanitise-event.js';

/** The size of a page whose recording does not tell: the checkout's Meta event is damaged. */
const FALLBACK_VIEWPORT = { width: 1280, height: 720 };

/**
 * Makes a chain's bytes into events that the replayer may be given, each once and in order, dated in report time. A new
 * one for each screen: the replayer changes the events that it plays, so they are never played twice.
 */
export class ChainEvents {
  readonly #toReportMs: (monoMs: number) => number;
  readonly #originMs: number;
  readonly #sanitiser = new EventSanitiser();
  /** Parsed, dated, and not asked for yet. */
  #later: DomEvent[] = [];
  #hasStarted = false;
  #isFolded = false;
  #events = 0;
  #badLines = 0;
  #leftOut = 0;

  constructor(clock: ChainData['clock']) {
    this.#toReportMs = reportTimeReader(clock);
    this.#originMs = clock.originMs;
  }

  /** The first events that were taken are a checkout of their end: few, and nothing in them is built to be changed again. */
  get isFolded(): boolean {
    return this.#isFolded;
  }

  get counts(): { readonly events: number; readonly badLines: number; readonly leftOut: number } {
    return { events: this.#events, badLines: this.#badLines, leftOut: this.#leftOut };
  }

  /** Parses the next chunk. */
  add(chunk: Uint8Array): void {
    const { events, badLines, unknownEvents } = parseDomLines(chunk);
    this.#badLines += badLines + unknownEvents;
    for (const event of events) {
      event.timestamp = this.#toReportMs(event.timestamp - this.#originMs);
      this.#later.push(event);
    }
  }

  /**
   * The events up to a moment that were not taken yet. The first call answers the checkout in any case: ReplayError
   * `no-snapshot` when there is none.
   */
  take(untilMs: number): SafeEvent[] {
    const later = this.#later;
    const checkout = this.#hasStarted ? 0 : later.findIndex((event) => event.type === FULL_SNAPSHOT) + 1;
    let end = later.findIndex((event, index) => index >= checkout && event.timestamp > untilMs);
    if (end === -1) end = later.length;
    this.#later = later.slice(end);
    const due = later.slice(0, end);
    const folded = this.#hasStarted ? undefined : foldMutations(due);
    this.#isFolded ||= folded !== undefined;
    const safe: SafeEvent[] = [];
    for (const event of folded ?? due) {
      const clean = this.#sanitiser.sanitise(event);
      if (clean === undefined) {
        this.#leftOut += 1;
        continue;
      }
      const before = this.#sanitiser.before(clean);
      if (before !== undefined) safe.push(before);
      safe.push(clean);
    }
    const taken = this.#hasStarted ? safe : fromCheckout(safe);
    this.#hasStarted = true;
    this.#events += taken.length;
    return taken;
  }
}

/** A chain starts with Meta and full snapshot. What lies before is not of this chain; a lost Meta is made up. */
function fromCheckout(events: SafeEvent[]): SafeEvent[] {
  const snapshot = events.findIndex((event) => event.type === FULL_SNAPSHOT);
  const first = events[snapshot];
  if (first === undefined) throw new ReplayError('no-snapshot');
  const meta = events.slice(0, snapshot).findLast((event) => event.type === META);
  // At one time: the time that the snapshot took is no time in which nothing was there.
  const at = { timestamp: meta?.timestamp ?? first.timestamp };
  return [
    { type: META, data: meta?.data ?? FALLBACK_VIEWPORT, ...at },
    { ...first, ...at },
    ...events.slice(snapshot + 1),
  ];
}

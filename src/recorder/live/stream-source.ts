import type { Anchor } from '../../shared/session/clock.js';
import type { DomItem, RingEvent } from '../ring/ring-event.js';
import type { Ring } from '../ring/ring.js';

/** What the recorder lets a live session hear, beside the ring. */
export interface LiveTap {
  /** Each event of the dom lane, at once. */
  dom(event: DomItem): void;
  /** Events of one of the other lanes, as they go to the ring. */
  lines(lane: string, events: readonly RingEvent[]): void;
}

/** The recorder of this page, as a live session uses it. */
export interface StreamSource {
  /** Of this document, in the session of the host process. */
  id(): string;
  readonly originMs: number;
  /** The newest comparison of the clocks. */
  anchor(): Anchor | undefined;
  isPaused(): boolean;
  /** Makes the dom lane take a full snapshot. */
  freshStart(): void;
  /** What was recorded until now goes to the ring, then the tap hears what comes. */
  setTap(tap: LiveTap | undefined): void;
  ring(): Ring | undefined;
}

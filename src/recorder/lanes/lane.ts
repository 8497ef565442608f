import type { ActionEvent, DomEvent, LaneEvent, RecorderEvent } from '../../shared/session/lane.js';
import type { Guard } from '../page.js';
import type { FieldWatch } from '../masking/field-watch.js';

/** What a lane is given. Everything it emits is scrubbed of masked values before it is written, in the ring's worker. */
export interface LaneContext {
  /** Monotonic ms, the `t` of events. */
  readonly now: () => number;
  /** Wraps every function that the page calls. */
  readonly guard: Guard;
  readonly fields: FieldWatch;
  /**
   * Keeps an event. `urgent`: it goes to the store at once, an error is often the last thing a page does.
   * Answers a function that says whether the event may still be changed, because it is still here.
   */
  emit(event: LaneEvent, urgent?: boolean): () => boolean;
  emitDom(event: DomEvent): void;
  report(kind: RecorderEvent['kind'], text: string, count?: number): void;
  /** While paused the lanes stay in place and what they emit is dropped; costly work is better not begun. */
  readonly isPaused: () => boolean;
  /** Recording goes on after a pause, a wipe or a loss: a lane whose events build on one another starts anew. */
  onFreshStart(listener: () => void): void;
  /** The page goes away, or may: last chance to emit. */
  onLeave(listener: () => void): void;
  /** The id of a node in the dom lane, if it has one. */
  readonly nodeId: (node: Node) => Exclude<ActionEvent['nodeId'], undefined> | undefined;
  /** Requests to here are the recorder's own. */
  readonly isOwnUrl: (url: string) => boolean;
  /** How long the recording reaches back, which is how far apart checkouts may lie. */
  readonly maxAgeMs: () => number;
}

/** Starts recording one thing, and answers how it stops. It may throw: the others start nevertheless. */
export type Lane = (context: LaneContext) => () => void;

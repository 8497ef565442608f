import type {
  ActionEvent,
  ErrorEvent,
  EventLane,
  LogEvent,
  NetworkEvent,
  RecorderEvent,
} from '../../shared/session/lane.js';
import type { LiveEvent } from '../../shared/session/live-event.js';
import type { OwnEvent } from '../../shared/session/own-lane.js';

/** What is listed together: one of our lanes, or all of the app's own (`own`), whose events say which one they are of. */
export type LineList = EventLane | 'own';

/** One line of a panel: an event of one of our lanes, placed on report time. Never changed; a newer one replaces it. */
interface Placed<L extends LineList, E> {
  readonly lane: L;
  /** Unique in the report and the same at each opening: for selection, for keyed lists. */
  readonly key: number;
  /** Report time. */
  readonly ms: number;
  /** `ReportSource.key` */
  readonly source: string;
  readonly event: E;
}

export type LogItem = Placed<'log', LogEvent>;
export type ErrorItem = Placed<'error', ErrorEvent>;
export type ActionItem = Placed<'action', ActionEvent>;
export type RecorderItem = Placed<'recorder', RecorderEvent>;
export type LiveItem = Placed<'live', LiveEvent>;
export type OwnItem = Placed<'own', OwnEvent>;

export const NETWORK_STATES = ['pending', 'open', 'ok', 'failed', 'aborted', 'timeout'] as const;
export type NetworkState = (typeof NETWORK_STATES)[number];

/** A request, or a socket from its open to its close: all events of one id, taken together. */
export interface NetworkItem extends Placed<'network', NetworkEvent> {
  /** Report time at which it ended; absent while pending or open. */
  readonly endMs?: number;
  readonly state: NetworkState;
  /** Failed, timed out, or answered with 400 and above. An abort is the app's own choice and no failure. */
  readonly isFailure: boolean;
}

export interface ItemOfLane {
  log: LogItem;
  network: NetworkItem;
  error: ErrorItem;
  action: ActionItem;
  recorder: RecorderItem;
  live: LiveItem;
  own: OwnItem;
}
export type Item = ItemOfLane[LineList];

/** How far a segment's lines may go: `key` = ordinal of the segment times this, plus the line. Safe up to 2^53. */
export const MAX_LINES_PER_SEGMENT = 2 ** 32;

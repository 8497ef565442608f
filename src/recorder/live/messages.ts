import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { LaneEvent } from '../../shared/session/lane.js';
import type { DomItem } from '../ring/ring-event.js';

// Everything that the page and the worker of its live streams say to each other.

/** A line of the log, network or error lane, with its session time. */
export interface WaitingLine {
  readonly source: string;
  readonly at: number;
  readonly event: LaneEvent;
  /** Its texts were cut already. */
  readonly isCut?: true | undefined;
}

/** Stored bytes of one sealed segment of the ring. */
export interface PastSegment {
  readonly source: string;
  readonly stored: Uint8Array<ArrayBuffer>;
  /** Plain. */
  readonly bytes: number;
  /** Session time of the source's monotonic 0. */
  readonly offsetMs: number;
}

export type ToStreamWorker =
  /** All values that masked fields hold or held, before the first event that may hold them. */
  | { readonly kind: 'masked'; readonly values: readonly MaskedValue[] }
  | { readonly kind: 'dom'; readonly id: number; readonly events: readonly DomItem[] }
  | { readonly kind: 'lines'; readonly id: number; readonly lines: readonly WaitingLine[] }
  | { readonly kind: 'chain'; readonly id: number; readonly segments: readonly PastSegment[] }
  | { readonly kind: 'past'; readonly id: number; readonly segments: readonly PastSegment[]; readonly fromMs: number };

/** One answer to each question, in their order. */
export interface FromStreamWorker {
  readonly id: number;
  /** A message of the dom channel; undefined where none of the events could be written. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
  /** Of a chain: its plain bytes, where `bytes` are deflated ones. */
  readonly size?: number | undefined;
  /** Messages of the console channel. */
  readonly texts?: readonly string[];
}

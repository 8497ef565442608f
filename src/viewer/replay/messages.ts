import type { ErrorResult } from '../../shared/errors.js';
import type { ReportClock } from '../sources/report-time.js';

// What the replay surface and its document say to each other, over a MessagePort. Both are ours and of one build; what is
// a stranger's are the bytes in `chunks`, which the document parses and sanitises.

/** The window message that brings the port. */
export const CONNECT = 'fluxrec-replay-connect';

/** A chain, or the beginning of one, as it lies in its bundle. */
export interface ChainData {
  /** Plain NDJSON of rrweb events, from the chain's checkout on. Transferred: the sender has them no more. */
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly clock: ReportClock & { readonly originMs: number };
}

/** Every `id` is new and larger than all before: `show`, `show-live`, `seek` and `promote` with a larger one end what they find at work. */
export type ToDocument =
  /** Builds a screen beside the one that is shown and swaps them when its first frame is there. */
  | { readonly type: 'show'; readonly id: number; readonly chain: ChainData; readonly atMs: number }
  /** The same for a chain that grows while it is recorded: what `extend` brings is shown at once. */
  | { readonly type: 'show-live'; readonly id: number; readonly chain: ChainData }
  /** Builds a screen that is not shown yet, at its first moment. */
  | { readonly type: 'prepare'; readonly id: number; readonly chain: ChainData }
  /** Shows the screen that was prepared as `prepared`. */
  | { readonly type: 'promote'; readonly id: number; readonly prepared: number; readonly atMs: number }
  /** More of the chain of the screen `screen` (its show or prepare). */
  | { readonly type: 'extend'; readonly screen: number; readonly chunks: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly type: 'seek'; readonly id: number; readonly atMs: number }
  | { readonly type: 'play'; readonly speed: number; readonly atMs: number }
  /** The playback clock's time, once per frame while it plays. */
  | { readonly type: 'follow'; readonly atMs: number }
  | { readonly type: 'pause'; readonly atMs: number }
  /** Shows nothing but a sentence. */
  | { readonly type: 'clear'; readonly title: string; readonly detail: string };

export interface ScreenFacts {
  /** The recorded viewport, CSS px. */
  readonly width: number;
  readonly height: number;
  readonly events: number;
  /** Lines that are no rrweb events, and events that the replayer must not be given. */
  readonly badLines: number;
  readonly leftOut: number;
}

export type FromDocument =
  | { readonly type: 'ready' }
  | { readonly type: 'shown'; readonly id: number; readonly facts: ScreenFacts }
  | { readonly type: 'prepared'; readonly id: number; readonly facts: ScreenFacts }
  /** A newer message took its place. */
  | { readonly type: 'superseded'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorResult }
  /** While it plays: where the replay really is, once per frame. */
  | { readonly type: 'frame'; readonly atMs: number };

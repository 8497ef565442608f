import type { ErrorResult } from '../../shared/errors.js';
import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { LaneTotal } from '../../shared/protocol/host.js';
import type { Anchor } from '../../shared/session/clock.js';
import type { Lane } from '../../shared/session/lane.js';
import type { Segment } from '../../shared/session/segment.js';
import type { RingEvent } from './ring-event.js';

// Everything that the page and its ring worker say to each other.

/** Events of one lane, oldest first. The arrays belong to the ring from `append` on: nobody may change them afterwards. */
export interface RingBatch {
  readonly lane: Lane;
  readonly events: readonly RingEvent[];
  /** Monotonic ms of each event. */
  readonly monoMs: readonly number[];
}

export interface RingSettings {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

export interface RingTotals {
  /** This window's rows; those of sources that are gone are counted by one of the living windows. Lanes without events are left out. */
  readonly lanes: LaneTotal[];
  /** Session time of the oldest event kept. */
  readonly oldestMs?: number;
  /** Events that were lost since the ring was opened. */
  readonly dropped: number;
  /** What is wrong with the storage now; absent while all is well. */
  readonly failure?: ErrorResult;
}

/** A stretch of session time. */
export interface Stretch {
  readonly startMs: number;
  readonly endMs: number;
}

export interface HandOverRequest extends Stretch {
  readonly handOver: string;
  /** Only rows of these. */
  readonly lanes?: readonly Lane[];
  /** No other window is asked: this one speaks for sources that are gone without being elected. */
  readonly isAlone?: boolean;
}

export interface AppendMessage {
  readonly kind: 'append';
  /** Counts up by one from 1; a worker that is started again skips what its forerunner has stored. */
  readonly batch: number;
  readonly nowMonoMs: number;
  readonly batches: readonly RingBatch[];
  /** Values that masked fields hold and that the worker has not been told yet. They count for this batch already. */
  readonly masked: readonly MaskedValue[];
  /** Events of the dom lane were lost before this batch: what follows means nothing until the next full snapshot. */
  readonly gap: boolean;
}

export interface OpenMessage {
  readonly kind: 'open';
  readonly nowMonoMs: number;
  readonly session: string;
  readonly source: string;
  readonly originMs: number;
  readonly settings: RingSettings;
  readonly anchors: readonly Anchor[];
  readonly masked: readonly MaskedValue[];
}

/** What the page asks for and gets one answer to. */
export interface Questions {
  totals: { readonly ask: object; readonly answer: RingTotals };
  /** `isElected`: this window speaks for sources that are gone. */
  handOver: {
    readonly ask: Stretch & { readonly isElected: boolean; readonly lanes?: readonly Lane[] | undefined };
    readonly answer: { readonly dead: string[] };
  };
  wipe: { readonly ask: object; readonly answer: object };
  close: { readonly ask: object; readonly answer: object };
}
export type QuestionName = keyof Questions;

export interface QuestionMessage<N extends QuestionName = QuestionName> {
  readonly kind: 'question';
  readonly id: number;
  readonly name: N;
  readonly nowMonoMs: number;
  readonly ask: Questions[N]['ask'];
}

export type ToWorker =
  | OpenMessage
  | AppendMessage
  | { readonly kind: 'anchor'; readonly anchor: Anchor; readonly nowMonoMs: number }
  | QuestionMessage
  /** The rows of this hand-over's last `rows` message have been taken, or could not be. */
  | { readonly kind: 'taken'; readonly id: number; readonly ok: boolean };

export type FromWorker =
  /** All batches up to this one are in the store, or were dropped. `dropped` counts events since this worker began. */
  | { readonly kind: 'stored'; readonly batch: number; readonly dropped: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Questions[QuestionName]['answer'] }
  | { readonly kind: 'refused'; readonly id: number; readonly error: ErrorResult }
  | {
      readonly kind: 'rows';
      readonly id: number;
      readonly segments: Segment[];
      /** The stored bytes of all segments, one after the other. */
      readonly stored: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: 'failure'; readonly error: ErrorResult }
  /** Something that was not foreseen happened: the page should start another worker. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'checkout-wanted' };

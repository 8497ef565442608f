import type { ErrorResult } from '../../shared/errors.js';
import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { Anchor } from '../../shared/session/clock.js';
import type { Segment } from '../../shared/session/segment.js';
import type { HandOverRequest, RingBatch, RingSettings, RingTotals } from './messages.js';

export interface RingOptions {
  readonly session: string;
  readonly source: string;
  /** Wall clock (Unix ms) of this source's monotonic 0. */
  readonly originMs: number;
  readonly settings: RingSettings;
}

/** Takes the rows of a hand-over; the next ones come when it has resolved. */
export type GiveRows = (segments: Segment[], stored: Uint8Array<ArrayBuffer>) => Promise<void>;

/**
 * The recording of this document on the customer's machine, bounded by age and by size. It works in a worker; nothing
 * here ever throws into the page.
 */
export interface Ring {
  /**
   * Keeps events. `masked` are values of masked fields that the ring has not been told yet: they must come with or before
   * the first batch that may hold them. `urgent` batches (an error) are the last to be dropped when the ring is behind.
   */
  append(batches: readonly RingBatch[], masked: readonly MaskedValue[], urgent: boolean): void;
  /** One more reading of the clocks. The first should come before the first batch. */
  anchor(anchor: Anchor): void;
  totals(): Promise<RingTotals>;
  /**
   * Seals what is open, then calls `give` with this source's rows that overlap the stretch (dom from its full snapshot on)
   * and, if this window is elected for it, with those of sources that are gone. Rejects with a FluxionError when rows could
   * not be read, or with what `give` rejected with. `dead` are the sources that it spoke for.
   */
  handOver(request: HandOverRequest, give: GiveRows): Promise<{ dead: string[] }>;
  /**
   * Erases every row of this source and of sources that are gone, and what is on its way. The dom lane then waits for a
   * full snapshot. The browser takes the files off the disk within WIPE_SETTLE_MS.
   */
  wipe(): Promise<void>;
  /** The storage is full, closed or broken, or the worker died. The ring goes on as well as it can. */
  onFailure(listener: (error: ErrorResult) => void): () => void;
  /** The dom lane needs a full snapshot soon: events were lost, or the open chain alone is over the limit. */
  onCheckoutWanted(listener: () => void): () => void;
  /** Seals what is open and stops. */
  close(): Promise<void>;
}

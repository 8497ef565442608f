import type { Anchor } from '../../shared/session/clock.js';
import type { Lane } from '../../shared/session/lane.js';
import type { SealedSegment, Segment } from '../../shared/session/segment.js';

// What the ring keeps, and the port to where it keeps it: the browser's database, or memory when that cannot be had.
// Only chunks and payloads hold what was recorded; everything else is free of content, because a database that is told
// to delete a small value may leave its bytes in its files.

export interface ChainKey {
  readonly source: string;
  readonly lane: Lane;
  readonly chain: number;
}

export interface SegmentKey extends ChainKey {
  readonly sequence: number;
}

/** A segment whose lines lie in chunks: still open, or closed and about to be sealed. */
export interface UnsealedRow {
  readonly lane: Lane;
  readonly chain: number;
  readonly sequence: number;
  readonly events: number;
  readonly bytes: number;
  readonly startMonoMs: number;
  readonly endMonoMs: number;
  readonly checkout: boolean;
}

export interface SourceRow {
  readonly source: string;
  readonly session: string;
  readonly originMs: number;
  readonly anchors: readonly Anchor[];
  /** The last batch of the page whose events are in the store. */
  readonly batch: number;
  /** Where the last segment of each lane stands. */
  readonly last: Partial<Record<Lane, { readonly chain: number; readonly sequence: number }>>;
  readonly unsealed: readonly UnsealedRow[];
}

/** Lines of an unsealed segment, in the order of `part`. */
export interface Chunk extends SegmentKey {
  readonly part: number;
  readonly lines: readonly Uint8Array<ArrayBuffer>[];
}

/** Every method is one transaction. Rejects with what the database says. */
export interface RingStore {
  /** Adds chunks, after it has removed all earlier ones of `rewritten`. */
  append(source: SourceRow, chunks: readonly Chunk[], rewritten: readonly SegmentKey[]): Promise<void>;
  /** Puts a sealed segment in the place of its chunks. `left` by a dead source: only if it has not been erased meanwhile. */
  seal(source: SourceRow, sealed: SealedSegment, left?: 'left'): Promise<void>;
  /** Removes the chunks of segments that will never be sealed. */
  discard(source: SourceRow, segments: readonly SegmentKey[]): Promise<void>;
  putSource(source: SourceRow): Promise<void>;
  source(id: string): Promise<SourceRow | undefined>;
  sources(): Promise<SourceRow[]>;
  /** Metadata of the sealed segments of one source, or of all. */
  segments(source?: string): Promise<Segment[]>;
  /** The stored bytes; undefined when the row is gone or its file cannot be read. */
  payload(key: SegmentKey): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The chunks of an unsealed segment; ends before the first one that cannot be read. */
  chunks(key: SegmentKey): Promise<Uint8Array<ArrayBuffer>[]>;
  dropChains(chains: readonly ChainKey[]): Promise<void>;
  /** Deletes everything of these sources. */
  erase(sources: readonly string[]): Promise<void>;
  close(): void;
}

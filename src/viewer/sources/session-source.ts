import type { BundleProblem } from '../../shared/bundle/errors.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type { Manifest } from '../../shared/bundle/manifest.js';
import type { Source } from '../../shared/session/clock.js';
import type { LaneEvent } from '../../shared/session/lane.js';

/**
 * Where the viewer reads a report from. It does not know whether that is a bundle behind HTTP, a local file, a draft or
 * a live session.
 *
 * **Report time** is the clock of the whole viewer: milliseconds, session time of the report's first readable part. Parts
 * of another session are laid beside it by wall clock.
 */
export interface SessionSource {
  /** Reads the lists of contents, nothing else. Rejects only when no part can be shown; otherwise `problems` tell. */
  open(signal?: AbortSignal): Promise<ReportIndex>;
  /** The lane events of one segment, on their source's monotonic clock (`toReportMs` maps them). Not for dom. */
  readEvents(segment: SegmentRef, signal?: AbortSignal): Promise<SegmentEvents>;
  /**
   * The plain bytes (NDJSON of rrweb events) of a dom chain's segments, in order, fetched together where they lie
   * together. A segment that cannot be read ends the chain: what came before it is answered, with its problem.
   */
  readChain(segments: readonly SegmentRef[], signal?: AbortSignal): Promise<ChainBytes>;
  /** Of each part that was opened: who signed it. Rejects when a part cannot be read. */
  checkSignatures(signal?: AbortSignal): Promise<readonly PartSignature[]>;
  /** Ends what is under way and lets go of caches. */
  close(): void;
}

/** Whose install made a part. Neither install nor problem: it is not signed. */
export interface PartSignature {
  readonly part: number;
  /** Only where the signature is good. */
  readonly install?: PublicIdentity;
  readonly problem?: BundleProblem;
}

export interface SegmentEvents {
  readonly events: readonly LaneEvent[];
  /** Lines that could not be understood and were left out. */
  readonly badLines: number;
  /** Lines of a type that only a newer version knows. */
  readonly unknownEvents?: number;
}

export interface ChainBytes {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly problems: readonly BundleProblem[];
}

export interface ReportIndex {
  /** The stretch of report time in which anything was recorded. */
  readonly startMs: number;
  readonly endMs: number;
  /** Wall clock (Unix ms) of report time 0: wall clock = wallStartMs + report time. */
  readonly wallStartMs: number;
  readonly parts: readonly ReportPart[];
  readonly sources: readonly ReportSource[];
  /** Each lane that any part has, in the order that a viewer offers them; a lane's segments ascend in startMs. */
  readonly lanes: ReadonlyMap<string, readonly SegmentRef[]>;
  /** What is wrong anywhere, also with parts that could not be opened. */
  readonly problems: readonly ReportProblem[];
}

export interface ReportPart {
  readonly number: number;
  readonly bytes: number;
  /** All of the manifest but its lists. Absent: this part could not be opened, `problems` say why. */
  readonly summary?: PartSummary;
  readonly problems: readonly BundleProblem[];
}

export type PartSummary = Pick<Manifest, 'session' | 'createdMs' | 'range' | 'description' | 'commands' | 'lanes'> & {
  /** Report time of this part's session time 0. */
  readonly offsetMs: number;
};

export interface ReportProblem extends BundleProblem {
  readonly part: number;
}

/** A source of any part. The same source in several parts is one. */
export interface ReportSource {
  /** Unique in the report: session and source id. */
  readonly key: string;
  readonly kind: Source['kind'];
  /** The window that the document was in, unique in the report; absent for the host process. */
  readonly window?: string;
  readonly title?: string;
  readonly originMs: number;
  readonly anchors: Source['anchors'];
  /** Report time of its session's time 0. */
  readonly offsetMs: number;
}

/** One sealed segment, wherever it lies. A segment that several parts hold is listed once. */
export interface SegmentRef {
  /** Position in the whole report's list of segments: unique, and the same at each opening of the same parts. */
  readonly ordinal: number;
  readonly part: number;
  readonly path: string;
  readonly lane: string;
  /** `ReportSource.key` */
  readonly source: string;
  readonly chain: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly events: number;
  readonly bytes: number;
  readonly storedBytes: number;
  readonly checkout: boolean;
}

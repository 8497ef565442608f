import type { Bundle } from '../../shared/bundle/bundle.js';
import type { ByteSource } from '../../shared/bundle/byte-source.js';
import { BundleError, toProblem, type BundleProblem } from '../../shared/bundle/errors.js';
import type { ManifestEntry } from '../../shared/bundle/manifest.js';
import { openBundle } from '../../shared/bundle/read.js';
import { FluxionError } from '../../shared/errors.js';
import { buildReportIndex, type FoundPart } from './report-index.js';
import type {
  ChainBytes,
  PartSignature,
  ReportIndex,
  SegmentEvents,
  SegmentRef,
  SessionSource,
} from './session-source.js';

/** One part of a report and where its bytes are. */
export interface PartSource {
  readonly number: number;
  /** Called once, by `open`. */
  open(signal?: AbortSignal): Promise<ByteSource>;
}

/** A report of one or more parts, each a bundle that is read by range: behind HTTP, in files, in a draft. */
export class ReportSource implements SessionSource {
  readonly #parts: readonly PartSource[];
  readonly #bundles = new Map<number, Bundle>();
  readonly #closing = new AbortController();

  constructor(parts: readonly PartSource[]) {
    this.#parts = [...parts].sort((a, b) => a.number - b.number);
  }

  /**
   * Opens all parts side by side. A part that cannot be opened becomes a problem; with none left the first one's error is
   * thrown: a BundleError, a SourceError, or the signal's reason.
   */
  async open(signal?: AbortSignal): Promise<ReportIndex> {
    const both = this.#signal(signal);
    const found = await Promise.all(this.#parts.map((part) => this.#openPart(part, both)));
    both.throwIfAborted();
    if (this.#bundles.size > 0) return buildReportIndex(found.map(({ part }) => part));
    const first = found.find(({ error }) => error !== undefined)?.error;
    throw first instanceof Error ? first : new BundleError('missing-entry');
  }

  async readEvents(segment: SegmentRef, signal?: AbortSignal): Promise<SegmentEvents> {
    const { bundle, entry } = this.#find(segment);
    const { events, badLines, unknownEvents } = await bundle.readLaneEvents(entry, { signal: this.#signal(signal) });
    return { events, badLines, unknownEvents };
  }

  async readChain(segments: readonly SegmentRef[], signal?: AbortSignal): Promise<ChainBytes> {
    const both = this.#signal(signal);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    for (const run of runsOfOnePart(segments)) {
      const found = run.map((segment) => this.#find(segment));
      const bundle = found[0]?.bundle;
      if (bundle === undefined) continue;
      const entries = found.map(({ entry }) => entry);
      for await (const read of bundle.readChain(entries, { signal: both })) {
        if (read.error !== undefined) {
          both.throwIfAborted();
          return { chunks, problems: [toProblem(read.error)] };
        }
        chunks.push(read.plain);
      }
    }
    return { chunks, problems: [] };
  }

  async checkSignatures(signal?: AbortSignal): Promise<readonly PartSignature[]> {
    const both = this.#signal(signal);
    const bundles = [...this.#bundles].sort(([a], [b]) => a - b);
    return await Promise.all(
      bundles.map(async ([part, bundle]): Promise<PartSignature> => {
        const check = await bundle.checkSignature(both);
        if (check.status === 'bad') return { part, problem: check.problem };
        const { install } = bundle.manifest;
        if (check.status === 'unsigned' || install === undefined) return { part };
        return { part, install: { signingKey: install.signingKey, recipient: install.recipient } };
      }),
    );
  }

  close(): void {
    this.#closing.abort();
    this.#bundles.clear();
  }

  async #openPart(source: PartSource, signal: AbortSignal): Promise<{ part: FoundPart; error?: unknown }> {
    let bytes = 0;
    try {
      const byteSource = await source.open(signal);
      bytes = byteSource.size;
      const bundle = await openBundle(byteSource, { signal, salvage: true });
      this.#bundles.set(source.number, bundle);
      return { part: { number: source.number, bytes, bundle, problems: [] } };
    } catch (error) {
      signal.throwIfAborted();
      return { part: { number: source.number, bytes, problems: [asProblem(error)] }, error };
    }
  }

  #find(segment: SegmentRef): { bundle: Bundle; entry: ManifestEntry } {
    this.#closing.signal.throwIfAborted();
    const bundle = this.#bundles.get(segment.part);
    const entry = bundle?.entry(segment.path);
    if (bundle === undefined || entry === undefined) throw new BundleError('missing-entry', { path: segment.path });
    return { bundle, entry };
  }

  #signal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }
}

function asProblem(error: unknown): BundleProblem {
  if (error instanceof BundleError) return toProblem(error);
  const problem = toProblem(new BundleError('unreadable'));
  return error instanceof FluxionError ? { ...problem, message: error.message, detail: error.code } : problem;
}

function* runsOfOnePart(segments: readonly SegmentRef[]): Generator<SegmentRef[]> {
  let run: SegmentRef[] = [];
  for (const segment of segments) {
    if (run.length > 0 && run[0]?.part !== segment.part) {
      yield run;
      run = [];
    }
    run.push(segment);
  }
  if (run.length > 0) yield run;
}

import type { BundleProblem } from '../../shared/bundle/errors.js';
import type { DomChain } from '../model/chains.js';
import type { SegmentRef, SessionSource } from '../sources/session-source.js';
import type { ChainData } from './messages.js';
import { ReplayError } from './replay-error.js';

/**
 * A chain on its way to the surface: first what a moment needs, then the rest. What a moment needs is one read of some
 * tens of kilobytes; the whole chain may be megabytes.
 */
export class ChainLoad {
  readonly chain: DomChain;
  readonly #source: Pick<SessionSource, 'readChain'>;
  readonly #abort = new AbortController();
  readonly #problems: BundleProblem[] = [];
  #taken = 0;
  #loadedUntilMs = -Infinity;
  #rest: Promise<void> | undefined;

  constructor(source: Pick<SessionSource, 'readChain'>, chain: DomChain) {
    this.#source = source;
    this.chain = chain;
  }

  /** Up to here, exclusive, the surface has what it needs. */
  get loadedUntilMs(): number {
    return this.#loadedUntilMs;
  }
  get problems(): readonly BundleProblem[] {
    return this.#problems;
  }

  /** The chain up to a moment. Called first, and once. Rejects with ReplayError when not even its checkout can be read. */
  async begin(untilMs: number): Promise<ChainData> {
    const { segments, source } = this.chain;
    const later = segments.findIndex((segment, index) => index > 0 && segment.startMs > untilMs);
    const chunks = await this.#read(segments.slice(0, later === -1 ? segments.length : later));
    if (chunks.length === 0) throw new ReplayError('no-snapshot', { cause: this.#problems[0] });
    return { chunks, clock: { originMs: source.originMs, anchors: source.anchors, offsetMs: source.offsetMs } };
  }

  /** What `begin` left, handed on piece by piece. May be called again: there is one rest. */
  rest(give: (chunks: readonly Uint8Array<ArrayBuffer>[]) => void): Promise<void> {
    this.#rest ??= this.#giveRest(give);
    return this.#rest;
  }

  cancel(): void {
    this.#abort.abort();
  }

  async #giveRest(give: (chunks: readonly Uint8Array<ArrayBuffer>[]) => void): Promise<void> {
    const left = this.chain.segments.slice(this.#taken);
    if (left.length > 0) {
      // One message each: parsing a long chain in one task would be seen.
      for (const chunk of await this.#read(left)) give([chunk]);
    }
    this.#loadedUntilMs = Infinity;
  }

  async #read(segments: readonly SegmentRef[]): Promise<readonly Uint8Array<ArrayBuffer>[]> {
    this.#taken += segments.length;
    const { chunks, problems } = await this.#source.readChain(segments, this.#abort.signal);
    this.#problems.push(...problems);
    // What follows a segment that cannot be read cannot be replayed: the page stays as it was.
    if (problems.length > 0) this.#taken = this.chain.segments.length;
    this.#loadedUntilMs = this.chain.segments[this.#taken]?.startMs ?? Infinity;
    return chunks;
  }
}

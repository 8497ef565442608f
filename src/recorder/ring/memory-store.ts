import type { SealedSegment, Segment } from '../../shared/session/segment.js';
import type { ChainKey, RingStore, SegmentKey, SourceRow } from './ring-store.js';

/**
 * The ring in this worker's memory, for a window that has no database: it holds as long as the window lives. Chunks are
 * not kept, since what they guard against, the death of the window, takes this store with it.
 */
export class MemoryStore implements RingStore {
  readonly #sources = new Map<string, SourceRow>();
  readonly #sealed = new Map<string, SealedSegment>();

  append(source: SourceRow): Promise<void> {
    return this.putSource(source);
  }

  seal(source: SourceRow, sealed: SealedSegment): Promise<void> {
    this.#sealed.set(keyOf(sealed.segment), sealed);
    return this.putSource(source);
  }

  discard(source: SourceRow): Promise<void> {
    return this.putSource(source);
  }

  putSource(source: SourceRow): Promise<void> {
    this.#sources.set(source.source, source);
    return Promise.resolve();
  }

  source(id: string): Promise<SourceRow | undefined> {
    return Promise.resolve(this.#sources.get(id));
  }

  sources(): Promise<SourceRow[]> {
    return Promise.resolve([...this.#sources.values()]);
  }

  segments(source?: string): Promise<Segment[]> {
    const all = [...this.#sealed.values()].map(({ segment }) => segment);
    return Promise.resolve(source === undefined ? all : all.filter((segment) => segment.source === source));
  }

  payload(key: SegmentKey): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return Promise.resolve(this.#sealed.get(keyOf(key))?.stored);
  }

  chunks(): Promise<Uint8Array<ArrayBuffer>[]> {
    return Promise.resolve([]);
  }

  dropChains(chains: readonly ChainKey[]): Promise<void> {
    const gone = new Set(chains.map(chainOf));
    for (const [key, { segment }] of this.#sealed) if (gone.has(chainOf(segment))) this.#sealed.delete(key);
    return Promise.resolve();
  }

  erase(sources: readonly string[]): Promise<void> {
    for (const source of sources) this.#sources.delete(source);
    for (const [key, { segment }] of this.#sealed) if (sources.includes(segment.source)) this.#sealed.delete(key);
    return Promise.resolve();
  }

  close(): void {
    this.#sources.clear();
    this.#sealed.clear();
  }
}

function chainOf({ source, lane, chain }: ChainKey): string {
  return `${source}/${lane}/${chain}`;
}

function keyOf(key: SegmentKey): string {
  return `${chainOf(key)}/${key.sequence}`;
}

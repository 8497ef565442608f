import type { ByteSource } from '../../shared/bundle/byte-source.js';
import { BLOCK_BYTES, BlockCache, copyOverlap } from './block-cache.js';
import { fetchRange, type ExpectedFile, type FetchedRange, type RangeRequest } from './fetch-range.js';
import { HEAD_RANGE, TAIL_RANGE } from './first-ranges.js';
import { SourceError } from './source-error.js';

const CACHE_BYTES = 8 * 1024 * 1024;
/** Reads that follow one another in the file (the log, segment by segment) fetch ahead, twice as far each time. */
const FIRST_AHEAD_BYTES = 4 * BLOCK_BYTES;
const MAX_AHEAD_BYTES = 64 * BLOCK_BYTES;

export interface RangeOptions {
  readonly url: string;
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a file behind HTTP for reading by range. Rejects with SourceError. */
export async function openRange(options: RangeOptions): Promise<RangeByteSource> {
  const doFetch: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));
  const base = { url: options.url, fetch: doFetch, signal: options.signal };
  const [tail, head] = await Promise.all([
    fetchRange({ ...base, range: TAIL_RANGE }),
    fetchRange({ ...base, range: HEAD_RANGE }),
  ]);
  if (tail.size !== head.size || tail.etag !== head.etag) throw new SourceError('changed');
  const source = new RangeByteSource(options.url, doFetch, tail);
  source.keep(head);
  source.keep(tail);
  return source;
}

/** A bundle behind HTTP: each read fetches what no earlier read brought, in as few requests as the gaps allow. */
export class RangeByteSource implements ByteSource {
  readonly size: number;
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #expected: ExpectedFile;
  #movedTo: string | undefined;
  readonly #cache: BlockCache;
  #requests = 2;
  #fetchedBytes = 0;
  #lastEnd = -1;
  #aheadBytes = FIRST_AHEAD_BYTES;

  constructor(url: string, fetcher: typeof fetch, file: Pick<FetchedRange, 'size' | 'etag' | 'movedTo'>) {
    this.size = file.size;
    this.#url = url;
    this.#fetch = fetcher;
    this.#movedTo = file.movedTo;
    this.#expected = { size: file.size, etag: file.etag, isMoved: file.movedTo !== undefined };
    this.#cache = new BlockCache(file.size, CACHE_BYTES);
  }

  /** Requests made and bytes fetched so far, for tests and measurements. */
  get cost(): { readonly requests: number; readonly bytes: number } {
    return { requests: this.#requests, bytes: this.#fetchedBytes };
  }

  keep(fetched: FetchedRange): void {
    this.#fetchedBytes += fetched.bytes.length;
    this.#cache.put(fetched.offset, fetched.bytes);
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const target = new Uint8Array(length);
    if (length === 0) return target;
    const lastBlock = Math.floor((offset + length - 1) / BLOCK_BYTES);
    const missing: { from: number; to: number }[] = [];
    for (let block = Math.floor(offset / BLOCK_BYTES); block <= lastBlock; block += 1) {
      if (this.#cache.copyInto(block, target, offset)) continue;
      const from = block * BLOCK_BYTES;
      const run = missing.at(-1);
      if (run?.to === from) run.to = from + BLOCK_BYTES;
      else missing.push({ from, to: from + BLOCK_BYTES });
    }
    await Promise.all(
      missing.map(async (run) => {
        const fetched = await this.#fetchRun(run, signal);
        copyOverlap(fetched.bytes, fetched.offset, target, offset);
      }),
    );
    return target;
  }

  close(): void {
    this.#cache.clear();
  }

  async #fetchRun(run: { from: number; to: number }, signal: AbortSignal | undefined): Promise<FetchedRange> {
    if (run.from === this.#lastEnd) this.#aheadBytes = Math.min(this.#aheadBytes * 2, MAX_AHEAD_BYTES);
    else this.#aheadBytes = FIRST_AHEAD_BYTES;
    const isSequel = run.from === this.#lastEnd;
    let to = Math.min(isSequel ? Math.max(run.to, run.from + this.#aheadBytes) : run.to, this.size);
    // No further than what is known already.
    for (let block = Math.floor(run.to / BLOCK_BYTES); block * BLOCK_BYTES < to; block += 1) {
      if (this.#cache.has(block)) to = block * BLOCK_BYTES;
    }
    this.#lastEnd = to;
    this.#requests += 1;
    const range = { from: run.from, to };
    const fetched = await this.#fetchMoved({ fetch: this.#fetch, range, expected: this.#expected, signal });
    this.keep(fetched);
    return fetched;
  }

  /** From where we were sent on to, until that is refused: then its address has expired, and we are sent on again. */
  async #fetchMoved(request: Omit<RangeRequest, 'url'>): Promise<FetchedRange> {
    if (this.#movedTo !== undefined) {
      try {
        return await fetchRange({ ...request, url: this.#movedTo });
      } catch (error) {
        if (!(error instanceof SourceError) || error.code !== 'refused') throw error;
        this.#requests += 1;
      }
    }
    const fetched = await fetchRange({ ...request, url: this.#url });
    this.#movedTo = fetched.movedTo;
    return fetched;
  }
}

import { rangeHeader, type Range } from './first-ranges.js';
import { SourceError } from './source-error.js';

/** Tries in all, and the wait before the second one; it doubles, and a random half of it is left out. */
const TRIES = 4;
const FIRST_WAIT_MS = 250;
/** A server that sends nothing for this long is treated as a connection that broke. */
const STALL_MS = 15_000;
/** A server that ignores Range answers the whole file: taken when it is no more than this. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;

export interface FetchedRange {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Size of the whole file. */
  readonly size: number;
  /** Its entity tag, if the server tells one. */
  readonly etag: string | undefined;
  /** Where it was read, if the server that was asked sent us on: good for a while, and in place of asking there again. */
  readonly movedTo: string | undefined;
}

export interface ExpectedFile {
  readonly size: number;
  readonly etag: string | undefined;
  /** The tag is that of another server than the one that is asked first: that one would not know it. */
  readonly isMoved: boolean;
}

export interface RangeRequest {
  readonly url: string;
  /** `from` to `to` (exclusive), or the last `last` bytes. */
  readonly range: Range;
  /** What the file was when it was opened. */
  readonly expected?: ExpectedFile;
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal | undefined;
}

/** Worth another try: a connection that broke, a server that is busy. */
class PassingError extends Error {}

/** One range by HTTP (RFC 9110, 14). Rejects with SourceError, or with the signal's reason when aborted. */
export async function fetchRange(request: RangeRequest): Promise<FetchedRange> {
  const { signal } = request;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptRange(request);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SourceError) throw error;
      if (attempt === TRIES) throw new SourceError('offline', { cause: error });
      await pause(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), signal);
    }
  }
}

async function attemptRange(request: RangeRequest): Promise<FetchedRange> {
  const { url, range, expected } = request;
  const stall = new AbortController();
  const signal = request.signal === undefined ? stall.signal : AbortSignal.any([request.signal, stall.signal]);
  let timer = setTimeout(stalled, STALL_MS);
  function stalled(): void {
    stall.abort(new PassingError('the server stalled'));
  }
  const onBytes = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stalled, STALL_MS);
  };
  try {
    const headers: Record<string, string> = { range: rangeHeader(range) };
    // Weak tags never match in If-Match (RFC 9110, 13.1.1); they are compared on the answer.
    if (expected?.isMoved === false && expected.etag?.startsWith('"') === true) headers['if-match'] = expected.etag;
    // A desk may send us on to its store. Where to is bounded by the viewer's Content-Security-Policy.
    const response = await request.fetch(url, { headers, signal, redirect: 'follow' });
    onBytes();
    const movedTo = response.redirected ? response.url : undefined;
    const answer = readHead(response, range);
    if (expected !== undefined && (answer.size !== expected.size || answer.etag !== expected.etag)) {
      void response.body?.cancel().catch(() => undefined); // Not wanted; how it ends does not matter.
      throw new SourceError('changed', { status: response.status });
    }
    if (answer.size === 0) return { ...answer, bytes: new Uint8Array(0), movedTo };
    const bytes = await readExactly(response, answer.length, onBytes);
    return { offset: answer.offset, bytes, size: answer.size, etag: answer.etag, movedTo };
  } finally {
    clearTimeout(timer);
  }
}

interface AnswerHead {
  readonly offset: number;
  readonly length: number;
  readonly size: number;
  readonly etag: string | undefined;
}

function readHead(response: Response, range: RangeRequest['range']): AnswerHead {
  const { status } = response;
  const etag = response.headers.get('etag') ?? undefined;
  if (status === 200) {
    const size = Number(response.headers.get('content-length') ?? Number.NaN);
    if (Number.isSafeInteger(size) && size <= MAX_WHOLE_BYTES) return { offset: 0, length: size, size, etag };
  }
  if (status === 416 && response.headers.get('content-range') === 'bytes */0') {
    void response.body?.cancel().catch(() => undefined); // Not wanted; how it ends does not matter.
    return { offset: 0, length: 0, size: 0, etag };
  }
  if (status !== 206) {
    void response.body?.cancel().catch(() => undefined); // Not wanted; how it ends does not matter.
    throw refusal(status);
  }
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '');
  const [from, last, size] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])];
  const asked = 'last' in range ? { from: Math.max(0, size - range.last), to: size } : range;
  const isAsked = from === asked.from && last === Math.min(asked.to, size) - 1 && last >= from;
  if (match === null || !isAsked) throw new SourceError('no-range', { status });
  return { offset: from, length: last - from + 1, size, etag };
}

function refusal(status: number): Error {
  if (status === 200) return new SourceError('no-range', { status });
  if (status === 401) return new SourceError('signed-out', { status });
  if (status === 404 || status === 410) return new SourceError('not-found', { status });
  if (status === 412 || status === 416) return new SourceError('changed', { status });
  if (status === 408 || status === 429 || status >= 500) return new PassingError(`HTTP ${status}`);
  return new SourceError('refused', { status });
}

async function readExactly(response: Response, length: number, onBytes: () => void): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  const reader = response.body?.getReader();
  let filled = 0;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    onBytes();
    if (filled + value.length > length) {
      await reader.cancel();
      throw new SourceError('no-range', { status: response.status });
    }
    bytes.set(value, filled);
    filled += value.length;
  }
  if (filled !== length) throw new PassingError(`${filled} bytes of ${length} came`);
  return bytes;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

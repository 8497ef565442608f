import { setTimeout as delay } from 'node:timers/promises';
import { readAheadSource, type ByteSource } from '../shared/bundle/byte-source.js';
import { BundleError } from '../shared/bundle/errors.js';

const TRIES = 4;
const FIRST_WAIT_MS = 250;
const SILENCE_MS = 30_000;
/** A request costs some 20 ms whatever it brings: small entries come many by one. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/** Worth another try: a connection that broke, a store that is busy. */
class PassingError extends Error {}

/**
 * An object behind a signed URL as a source that a bundle is read from; `bytes` is its size. Rejects with `unreadable` where
 * it cannot be read: that says nothing of the bundle.
 */
export function urlSource(url: string, bytes: number): ByteSource {
  const source: ByteSource = {
    size: bytes,
    async read(offset, length, signal) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await readOnce(url, offset, length, signal);
        } catch (error) {
          signal?.throwIfAborted();
          if (error instanceof BundleError) throw error;
          if (attempt === TRIES) throw new BundleError('unreadable', { cause: error });
          await delay(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, signal === undefined ? {} : { signal });
        }
      }
    },
  };
  return readAheadSource(source, WINDOW_BYTES);
}

async function readOnce(
  url: string,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const silence = AbortSignal.timeout(SILENCE_MS);
  const response = await fetch(url, {
    headers: { range: `bytes=${offset}-${offset + length - 1}` },
    redirect: 'error',
    signal: signal === undefined ? silence : AbortSignal.any([signal, silence]),
  });
  const { status } = response;
  if (status !== 206) {
    await response.body?.cancel();
    if (status >= 500 || status === 429 || status === 408) throw new PassingError(`HTTP ${status}`);
    throw new BundleError('unreadable', { detail: `HTTP ${status}` });
  }
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    // More than was asked for is no answer to what was asked.
    if (filled + piece.length > length) throw new BundleError('unreadable', { detail: 'range' });
    bytes.set(piece, filled);
    filled += piece.length;
  }
  if (filled !== length) throw new PassingError(`${filled} bytes of ${length} came`);
  return bytes;
}

import { FluxionError } from '../errors.js';
import { BundleError } from './errors.js';

/** Bytes that can be read by range: a file, a Blob, an array, a URL. What all readers of a bundle read from. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes from `offset`; rejects when it cannot. The caller stays within `size`. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory. What is read is a view of them, not a copy. */
export function bytesSource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    size: bytes.length,
    read(offset, length, signal) {
      signal?.throwIfAborted();
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
}

/** A Blob or a File that the person chose or dropped. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      const buffer = await blob.slice(offset, offset + length).arrayBuffer();
      signal?.throwIfAborted();
      return new Uint8Array(buffer);
    },
  };
}

/** For reading many small ranges from front to back: each read brings `windowBytes`, and the next ones are in it. */
export function readAheadSource(source: ByteSource, windowBytes: number): ByteSource {
  let window = new Uint8Array(0);
  let windowOffset = 0;
  return {
    size: source.size,
    async read(offset, length, signal) {
      if (length >= windowBytes) return source.read(offset, length, signal);
      const at = offset - windowOffset;
      if (at >= 0 && at + length <= window.length) return window.subarray(at, at + length);
      const bytes = await source.read(offset, Math.min(windowBytes, source.size - offset), signal);
      window = bytes;
      windowOffset = offset;
      return bytes.subarray(0, length);
    },
  };
}

/**
 * Reads a range within the source. A source that answers less has shrunk: `truncated`. Whatever else it throws becomes
 * `unreadable`, except errors that already have a sentence for a person and the caller's own abort.
 */
export async function readRange(
  source: ByteSource,
  offset: number,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (length === 0) return new Uint8Array(0);
  if (!Number.isSafeInteger(offset + length) || offset < 0 || length < 0 || offset + length > source.size) {
    throw new BundleError('truncated', { detail: `bytes ${offset} to ${offset + length} of ${source.size}` });
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await source.read(offset, length, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof FluxionError) throw error;
    throw new BundleError('unreadable', { cause: error });
  }
  signal?.throwIfAborted();
  if (bytes.length !== length) {
    throw new BundleError('truncated', { detail: `read ${bytes.length} bytes of ${length} at ${offset}` });
  }
  return bytes;
}

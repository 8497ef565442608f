import { buffer } from 'node:stream/consumers';
import type { ByteSource } from '../shared/bundle/byte-source.js';
import type { ObjectStore } from './object-store.js';

/** An object of a store as a source that a bundle is read from. `bytes` is its size. */
export function objectSource(store: ObjectStore, key: string, bytes: number): ByteSource {
  return {
    size: bytes,
    async read(offset, length, signal) {
      const read = await buffer(await store.range(key, offset, length, signal));
      // Node gives a Buffer over an ArrayBuffer of its own here, never a shared one.
      return new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
    },
  };
}

import type { Readable } from 'node:stream';

/** What an object is written from: bytes in memory, or a local file, which stays where it is and must not change. */
export type ObjectBody = Uint8Array | { readonly file: string };

export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
  /** When its last byte was written (Unix ms). */
  readonly modifiedMs: number;
}

/**
 * Objects under keys (key.ts), in a folder or in S3. The methods are those of S3: no append, no rename, no lock. An object is
 * whole and durable when what wrote it resolves; until then there is none, or the older one.
 *
 * Rejects with a StoreError: `disk-full`, `bad-key`, `object-too-large`, `object-missing`, `store-unreachable`,
 * `store-refused`, `store-failed`.
 */
export interface ObjectStore {
  /** Writes an object, over an older one where there is one. */
  put(key: string, body: ObjectBody): Promise<void>;
  /** Writes an object unless there is one: false, and nothing is changed. Of several that race exactly one gets true. */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean>;
  /** Writes an object that has the bytes of another one, without reading them here; over an older one where there is one. */
  copy(from: string, to: string): Promise<void>;
  /** The whole object, or undefined. Refuses one of more than `maxBytes` before reading it. */
  get(key: string, maxBytes: number): Promise<Buffer | undefined>;
  /** `length` bytes from `offset`; rejects where the object does not reach that far. Destroy the stream to end it early. */
  range(key: string, offset: number, length: number, signal?: AbortSignal): Promise<Readable>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Every object whose key starts with `prefix` (empty, or ending in `/`), in the order of the keys' bytes. */
  list(prefix: string): AsyncGenerator<ObjectInfo>;
  /** The same keys alone: in a folder, sizes cost a call to the system each. */
  keys(prefix: string): AsyncGenerator<string>;
  /** What keys go on with after `prefix`, up to the next `/`: `reports/0c…/` for `reports/`. S3 calls them common prefixes. */
  folders(prefix: string): Promise<string[]>;
  /** Deletes an object; one that is not there is fine. */
  delete(key: string): Promise<void>;
}

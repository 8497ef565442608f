import { UPLOAD_CHUNK_BYTES } from '../../shared/constants.js';
import type { ChunkPlace } from '../../shared/protocol/desk.js';
import type { ObjectStore } from '../../store/object-store.js';
import type { S3Direct, StoredChunk } from '../../store/s3/s3-direct.js';
import { DeskError, uploadConflict } from '../errors.js';
import { CHUNK_URL_LIFE_MS, CHUNK_URLS_AT_ONCE } from '../limits.js';
import type { UploadBytes, WholeBytes } from './upload-bytes.js';

/** A store that customers send to by themselves. */
export interface DirectStore {
  readonly store: ObjectStore;
  readonly direct: S3Direct;
}

/** The name of the object's upload in the store, kept with the upload's record. */
export interface UploadNameRecord {
  get(): string | undefined;
  set(name: string | undefined): Promise<void>;
}

/**
 * Bytes that go straight to the store, in chunks that it takes whole or not at all. The desk signs an address for each chunk
 * and asks the store what has come: it believes no customer about that.
 */
export class StoreBytes implements UploadBytes {
  readonly #store: DirectStore;
  readonly #key: string;
  readonly #partBytes: number;
  readonly #name: UploadNameRecord;

  constructor(store: DirectStore, key: string, partBytes: number, name: UploadNameRecord) {
    this.#store = store;
    this.#key = key;
    this.#partBytes = partBytes;
    this.#name = name;
  }

  async receivedBytes(): Promise<number> {
    const chunks = await this.#chunks();
    // Without an unfinished upload it may have been finished, and only that the desk heard of it was lost.
    if (chunks === undefined) return (await this.#isWhole()) ? this.#partBytes : 0;
    return chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** A ticket lasts a day and is asked for again: when that was says enough. */
  touchedMs(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Where the chunks from `offset` on go, each with exactly its number of bytes. Throws `bad-request` for another offset. */
  async places(offset: number): Promise<ChunkPlace[]> {
    if (offset % UPLOAD_CHUNK_BYTES !== 0 || offset >= this.#partBytes) throw new DeskError('bad-request');
    const name = await this.#begun();
    const first = offset / UPLOAD_CHUNK_BYTES;
    const last = Math.min(first + CHUNK_URLS_AT_ONCE, this.#count);
    const places: ChunkPlace[] = [];
    for (let index = first; index < last; index += 1) {
      const bytes = this.#bytesOf(index);
      const url = await this.#store.direct.chunkUrl(this.#key, name, index + 1, bytes, CHUNK_URL_LIFE_MS / 1000);
      places.push({ offset: index * UPLOAD_CHUNK_BYTES, bytes, url });
    }
    return places;
  }

  async whole(): Promise<WholeBytes> {
    const name = this.#name.get();
    const chunks = await this.#chunks();
    if (name !== undefined && chunks !== undefined) await this.#store.direct.finish(this.#key, name, chunks);
    if (!(await this.#isWhole())) throw uploadConflict('upload-incomplete', 0);
    const { direct } = this.#store;
    return { object: this.#key, url: (lifeMs) => direct.ownReadUrl(this.#key, Math.ceil(lifeMs / 1000)) };
  }

  async remove(): Promise<void> {
    // Not by its name alone: a desk that was killed as it began has begun once more.
    await this.#store.direct.abortAll(this.#key);
    await this.#store.store.delete(this.#key);
  }

  get #count(): number {
    return Math.ceil(this.#partBytes / UPLOAD_CHUNK_BYTES);
  }

  #bytesOf(index: number): number {
    return Math.min(UPLOAD_CHUNK_BYTES, this.#partBytes - index * UPLOAD_CHUNK_BYTES);
  }

  async #begun(): Promise<string> {
    const name = this.#name.get();
    if (name !== undefined && (await this.#store.direct.chunks(this.#key, name)) !== undefined) return name;
    // Nothing is begun for what is only announced; and what the store has thrown away is begun again.
    const begun = await this.#store.direct.begin(this.#key);
    await this.#name.set(begun);
    return begun;
  }

  /** Chunks from the first on, up to the first one that is missing or has not the size that it must have. */
  async #chunks(): Promise<StoredChunk[] | undefined> {
    const name = this.#name.get();
    if (name === undefined) return undefined;
    const stored = await this.#store.direct.chunks(this.#key, name);
    if (stored === undefined) return undefined;
    const end = stored.findIndex(({ number, bytes }, index) => number !== index + 1 || bytes !== this.#bytesOf(index));
    return end < 0 ? stored : stored.slice(0, end);
  }

  async #isWhole(): Promise<boolean> {
    return (await this.#store.store.head(this.#key))?.bytes === this.#partBytes;
  }
}

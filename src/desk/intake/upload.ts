import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ChunkPlace } from '../../shared/protocol/desk.js';
import { replaceFile } from '../../store/durable.js';
import { DeskError } from '../errors.js';
import { Turns } from '../turns.js';
import { FileBytes } from './file-bytes.js';
import { StoreBytes, type DirectStore } from './store-bytes.js';
import type { WholeBytes } from './upload-bytes.js';
import type { UploadRecord } from './upload-record.js';

export interface UploadPlace {
  readonly recordPath: string;
  /** Where the bytes come together. */
  readonly bytes: { readonly path: string } | { readonly in: DirectStore; readonly key: string };
}

/** One unfinished part: its record, and the bytes that have come. */
export class Upload {
  readonly #recordPath: string;
  readonly #bytes: FileBytes | StoreBytes;
  readonly #turns = new Turns();
  readonly #updates = new Turns();
  #record: UploadRecord;
  #isClosed = false;

  constructor({ recordPath, bytes }: UploadPlace, record: UploadRecord) {
    this.#recordPath = recordPath;
    this.#record = record;
    const size = record.part.bytes;
    this.#bytes =
      'path' in bytes
        ? new FileBytes(bytes.path, size)
        : new StoreBytes(bytes.in, bytes.key, size, {
            get: () => this.#record.multipart,
            set: (multipart) => this.update((before) => ({ ...before, multipart })),
          });
  }

  get record(): UploadRecord {
    return this.#record;
  }

  /** Finished or thrown away: nothing more is taken. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether its bytes go straight to the store. */
  get isDirect(): boolean {
    return this.#bytes instanceof StoreBytes;
  }

  /** Changes the record, on disk first. Changes wait for each other, so that none is made on an old one. */
  update(change: (record: UploadRecord) => UploadRecord): Promise<void> {
    return this.#updates.run(async () => {
      const record = change(this.#record);
      await replaceFile(this.#recordPath, Buffer.from(JSON.stringify(record)));
      this.#record = record;
    });
  }

  receivedBytes(): Promise<number> {
    return this.#bytes.receivedBytes();
  }

  /** When something last came, or was asked for (Unix ms). */
  async touchedMs(): Promise<number> {
    return Math.max(this.#record.askedMs, (await this.#bytes.touchedMs()) ?? 0);
  }

  /** One at a time: chunks and the completion of one upload wait for each other. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#turns.run(task);
  }

  /** Takes a chunk; answers how many bytes are there. Rejects with `upload-direct` and with what FileBytes.append rejects. */
  append(offset: number, declaredBytes: number | undefined, body: Readable): Promise<number> {
    return this.exclusively(async () => {
      if (this.#isClosed) throw new DeskError('ticket-unknown');
      if (!(this.#bytes instanceof FileBytes)) throw new DeskError('upload-direct');
      const isContested = (): boolean => this.#turns.waiting > 0;
      return this.#bytes.append({ offset, declaredBytes, body, isContested });
    });
  }

  /** Where the next chunks are put. Rejects with `not-found` where they come through the desk. */
  chunkPlaces(offset: number): Promise<ChunkPlace[]> {
    return this.exclusively(async () => {
      if (this.#isClosed) throw new DeskError('ticket-unknown');
      if (!(this.#bytes instanceof StoreBytes)) throw new DeskError('not-found');
      return this.#bytes.places(offset);
    });
  }

  /** All bytes, once they have been received. Within `exclusively`. */
  whole(): Promise<WholeBytes> {
    return this.#bytes.whole();
  }

  /** Throws the bytes away and starts again. Within `exclusively`. */
  async restart(): Promise<void> {
    await this.update((record) => ({ ...record, damaged: record.damaged + 1 }));
    await this.#bytes.remove();
  }

  /** Ends it and removes what it has. Within `exclusively`. */
  async discard(): Promise<void> {
    this.#isClosed = true;
    const removeRecord = (): Promise<void> => rm(this.#recordPath, { force: true });
    if (this.#bytes instanceof FileBytes) {
      // Bytes without a record go at the next start; a record without bytes would start the upload again.
      await removeRecord();
      await this.#bytes.remove();
    } else {
      // In the store nobody finds bytes without a record before they are old. The record's next start removes what is left of both.
      await this.#bytes.remove();
      await removeRecord();
    }
  }
}

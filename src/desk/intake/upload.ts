import { constants, open, rm, stat, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { UPLOAD_CHUNK_BYTES } from '../../shared/constants.js';
import { replaceFile } from '../../store/durable.js';
import { systemCode, toStoreError } from '../../store/errors.js';
import { DeskError, uploadConflict } from '../errors.js';
import { UPLOAD_IDLE_CONTESTED_MS, UPLOAD_IDLE_MS } from '../limits.js';
import { Turns } from '../turns.js';
import type { UploadRecord } from './upload-record.js';

/**
 * One unfinished part: its record and the bytes that have come. The bytes lie in a file whose size is the offset: what
 * arrived before a connection was cut is kept, since TCP delivers in order, and the whole is compared with the declared
 * SHA-256 before it counts.
 */
export class Upload {
  readonly path: string;
  readonly #recordPath: string;
  readonly #turns = new Turns();
  readonly #updates = new Turns();
  #record: UploadRecord;
  #isClosed = false;

  constructor(path: string, recordPath: string, record: UploadRecord) {
    this.path = path;
    this.#recordPath = recordPath;
    this.#record = record;
  }

  get record(): UploadRecord {
    return this.#record;
  }

  /** Finished or thrown away: nothing more is taken. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Changes the record, on disk first. Changes wait for each other, so that none is made on an old one. */
  update(change: (record: UploadRecord) => UploadRecord): Promise<void> {
    return this.#updates.run(async () => {
      const record = change(this.#record);
      await replaceFile(this.#recordPath, Buffer.from(JSON.stringify(record)));
      this.#record = record;
    });
  }

  async receivedBytes(): Promise<number> {
    try {
      return (await stat(this.path)).size;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 0;
      throw toStoreError(error);
    }
  }

  /** When something last came, or was asked for (Unix ms). */
  async touchedMs(): Promise<number> {
    try {
      return Math.max(this.#record.askedMs, (await stat(this.path)).mtimeMs);
    } catch {
      return this.#record.askedMs; // No byte has come yet.
    }
  }

  /** One at a time: chunks and the completion of one upload wait for each other. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#turns.run(task);
  }

  /**
   * Appends a chunk and answers how many bytes are there, durable. Rejects with `upload-offset` (and the right offset),
   * `too-large`, a StoreError, or what the connection failed with; what came until then stays.
   */
  append(offset: number, declaredBytes: number | undefined, body: Readable): Promise<number> {
    return this.exclusively(async () => {
      if (this.#isClosed) throw new DeskError('ticket-unknown');
      let handle;
      try {
        // Not for appending: positions are explicit, so that no fault could ever interleave two requests.
        handle = await open(this.path, constants.O_RDWR | constants.O_CREAT, 0o600);
        return await this.#appendTo(handle, offset, declaredBytes, body);
      } catch (error) {
        if (systemCode(error) === undefined || body.errored === error) throw error;
        throw toStoreError(error);
      } finally {
        await handle?.close();
      }
    });
  }

  async #appendTo(
    handle: FileHandle,
    offset: number,
    declaredBytes: number | undefined,
    body: Readable,
  ): Promise<number> {
    const received = (await handle.stat()).size;
    if (offset !== received) throw uploadConflict('upload-offset', received);
    const limit = Math.min(UPLOAD_CHUNK_BYTES, this.#record.part.bytes - received);
    if ((declaredBytes ?? 0) > limit) throw new DeskError('too-large');
    const idle = this.#watch(body);
    let written = 0;
    try {
      for await (const piece of body as AsyncIterable<Buffer>) {
        idle.moved();
        if (written + piece.length > limit) {
          // A request that says less than it sends is not to be trusted with any of it.
          await handle.truncate(received);
          written = 0;
          throw new DeskError('too-large');
        }
        await writeAll(handle, piece, received + written);
        written += piece.length;
      }
      await handle.datasync();
    } catch (error) {
      // What failed first tells more than that it cannot be synced either.
      await handle.datasync().catch(() => undefined);
      throw error;
    } finally {
      idle.stop();
    }
    return received + written;
  }

  /** Cuts a connection that has gone silent, sooner where another one waits to go on. */
  #watch(body: Readable): { moved: () => void; stop: () => void } {
    let lastMs = performance.now();
    const timer = setInterval(() => {
      const limitMs = this.#turns.waiting > 0 ? UPLOAD_IDLE_CONTESTED_MS : UPLOAD_IDLE_MS;
      if (performance.now() - lastMs > limitMs) body.destroy(new DeskError('upload-incomplete'));
    }, 250);
    timer.unref();
    return {
      moved: () => {
        lastMs = performance.now();
      },
      stop: () => {
        clearInterval(timer);
      },
    };
  }

  /** Throws the bytes away and starts again. Within `exclusively`. */
  async restart(): Promise<void> {
    await this.update((record) => ({ ...record, damaged: record.damaged + 1 }));
    await rm(this.path, { force: true });
  }

  /** Ends it and removes its files. Within `exclusively`. */
  async discard(): Promise<void> {
    this.#isClosed = true;
    // The record first: bytes without a record go at the next start, a record without bytes would start the upload again.
    await rm(this.#recordPath, { force: true });
    await rm(this.path, { force: true });
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

import { constants, open, rm, stat, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { UPLOAD_CHUNK_BYTES } from '../../shared/constants.js';
import { systemCode, toStoreError } from '../../store/errors.js';
import { DeskError, uploadConflict } from '../errors.js';
import { UPLOAD_IDLE_CONTESTED_MS, UPLOAD_IDLE_MS } from '../limits.js';
import type { UploadBytes, WholeBytes } from './upload-bytes.js';

/** A request that brings bytes. */
export interface IncomingChunk {
  readonly offset: number;
  /** What the request says of its length. */
  readonly declaredBytes: number | undefined;
  readonly body: Readable;
  /** Whether another request waits to go on with the same part. */
  readonly isContested: () => boolean;
}

/**
 * Bytes that come through the desk, in a file whose size is the offset: what arrived before a connection was cut is kept,
 * since TCP delivers in order, and the whole is compared with the declared SHA-256 before it counts.
 */
export class FileBytes implements UploadBytes {
  readonly path: string;
  readonly #partBytes: number;

  constructor(path: string, partBytes: number) {
    this.path = path;
    this.#partBytes = partBytes;
  }

  async receivedBytes(): Promise<number> {
    try {
      return (await stat(this.path)).size;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 0;
      throw toStoreError(error);
    }
  }

  async touchedMs(): Promise<number | undefined> {
    try {
      return (await stat(this.path)).mtimeMs;
    } catch {
      return undefined; // No byte has come yet.
    }
  }

  whole(): Promise<WholeBytes> {
    return Promise.resolve({ file: this.path });
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  /**
   * Appends a chunk and answers how many bytes are there, durable. Rejects with `upload-offset` (and the right offset),
   * `too-large`, a StoreError, or what the connection failed with; what came until then stays.
   */
  async append(chunk: IncomingChunk): Promise<number> {
    let handle;
    try {
      // Not for appending: positions are explicit, so that no fault could ever interleave two requests.
      handle = await open(this.path, constants.O_RDWR | constants.O_CREAT, 0o600);
      return await this.#appendTo(handle, chunk);
    } catch (error) {
      if (systemCode(error) === undefined || chunk.body.errored === error) throw error;
      throw toStoreError(error);
    } finally {
      await handle?.close();
    }
  }

  async #appendTo(handle: FileHandle, { offset, declaredBytes, body, isContested }: IncomingChunk): Promise<number> {
    const received = (await handle.stat()).size;
    if (offset !== received) throw uploadConflict('upload-offset', received);
    const limit = Math.min(UPLOAD_CHUNK_BYTES, this.#partBytes - received);
    if ((declaredBytes ?? 0) > limit) throw new DeskError('too-large');
    const idle = watchIdle(body, isContested);
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
}

/** Cuts a connection that has gone silent, sooner where another one waits to go on. */
function watchIdle(body: Readable, isContested: () => boolean): { moved: () => void; stop: () => void } {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const limitMs = isContested() ? UPLOAD_IDLE_CONTESTED_MS : UPLOAD_IDLE_MS;
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

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

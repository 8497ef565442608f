import { open, type FileHandle } from 'node:fs/promises';
import type { ByteSource } from '../shared/bundle/byte-source.js';
import { BundleError } from '../shared/bundle/errors.js';
import { systemCode } from './errors.js';

/** A file as a source that a bundle is read from. It keeps the file open: its bytes stay the same when it is replaced. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Rejects with `unreadable` when there is no such file, it is a folder, or it may not be read. */
export async function openFileSource(path: string): Promise<FileSource> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat();
    if (!stats.isFile()) throw new BundleError('unreadable', { detail: 'not a file' });
    return new OpenFile(handle, stats.size);
  } catch (error) {
    await handle?.close();
    if (error instanceof BundleError) throw error;
    throw new BundleError('unreadable', { detail: systemCode(error), cause: error });
  }
}

class OpenFile implements FileSource {
  readonly size: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    signal?.throwIfAborted();
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled);
      signal?.throwIfAborted();
      // The file became shorter: the reader of the range says so.
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

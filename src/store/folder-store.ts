import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, open, readdir, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { makeFolder, syncFolder, writeSynced } from './durable.js';
import { StoreError, systemCode, toStoreError } from './errors.js';
import { checkKey, checkPrefix, isKey } from './key.js';
import type { ObjectBody, ObjectInfo, ObjectStore } from './object-store.js';

/** Objects being written wait here, on the same file system, so that they appear under their key at once and whole. */
const INCOMING = '.incoming';

/**
 * Objects in a folder. The file system must know hard links (ext4, XFS, Btrfs, APFS and NTFS do): they are what makes "put if
 * absent" one step, and a copy free.
 */
export class FolderStore implements ObjectStore {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** Opens the folder, makes it where it is missing, and throws away what a crash left half-written. */
  static async open(folder: string): Promise<FolderStore> {
    const store = new FolderStore(resolve(folder));
    const incoming = join(store.#root, INCOMING);
    try {
      await makeFolder(incoming);
      for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true });
    } catch (error) {
      throw toStoreError(error);
    }
    return store;
  }

  async put(key: string, body: ObjectBody): Promise<void> {
    await this.#write(key, body, async (from, to) => {
      await rename(from, to);
    });
  }

  async putIfAbsent(key: string, bytes: Uint8Array): Promise<boolean> {
    // Cheaper than writing the bytes first; `link` below is what decides.
    if ((await this.head(key)) !== undefined) return false;
    let written = true;
    await this.#write(key, bytes, async (from, to) => {
      try {
        await link(from, to);
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
        written = false;
      }
    });
    return written;
  }

  async copy(from: string, to: string): Promise<void> {
    await this.put(to, { file: this.#path(from) });
  }

  async get(key: string, maxBytes: number): Promise<Buffer | undefined> {
    try {
      const handle = await open(this.#path(key), 'r');
      try {
        const { size } = await handle.stat();
        if (size > maxBytes) throw new StoreError('object-too-large');
        // Not `readFile`: it asks for the size again and reads once more to find the end. Objects never change.
        return await readWhole(handle, size);
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw toStoreError(error);
    }
  }

  async range(key: string, offset: number, length: number, signal?: AbortSignal): Promise<Readable> {
    if (length === 0) return Readable.from([]);
    let handle;
    try {
      handle = await open(this.#path(key), 'r');
      if ((await handle.stat()).size < offset + length) throw new StoreError('object-missing');
    } catch (error) {
      await handle?.close();
      throw toStoreError(error);
    }
    // The stream owns the handle and closes it at its end, on error and when it is destroyed.
    return createReadStream('', {
      fd: handle,
      start: offset,
      end: offset + length - 1,
      highWaterMark: 256 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const { size, mtimeMs } = await stat(this.#path(key));
      return { key, bytes: size, modifiedMs: mtimeMs };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw toStoreError(error);
    }
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    for await (const key of this.keys(prefix)) {
      const info = await this.head(key);
      if (info !== undefined) yield info;
    }
  }

  async *keys(prefix: string): AsyncGenerator<string> {
    checkPrefix(prefix);
    yield* this.#keysIn(prefix);
  }

  async folders(prefix: string): Promise<string[]> {
    checkPrefix(prefix);
    return (await this.#namesIn(prefix)).filter((name) => name.endsWith('/')).map((name) => prefix + name);
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await rm(path, { force: true });
      await this.#removeEmpty(dirname(path));
    } catch (error) {
      throw toStoreError(error);
    }
  }

  #path(key: string): string {
    checkKey(key);
    return join(this.#root, ...key.split('/'));
  }

  async #write(key: string, body: ObjectBody, publish: (from: string, to: string) => Promise<void>): Promise<void> {
    const to = this.#path(key);
    const temporary = join(this.#root, INCOMING, randomUUID());
    try {
      if (body instanceof Uint8Array) await writeSynced(temporary, body);
      else await adopt(body.file, temporary);
      try {
        await makeFolder(dirname(to));
        await publish(temporary, to);
      } catch (error) {
        // Deleting the last object of a folder takes the folder away: it may have gone between these two lines.
        if (systemCode(error) !== 'ENOENT') throw error;
        await makeFolder(dirname(to));
        await publish(temporary, to);
      }
      await syncFolder(dirname(to));
    } catch (error) {
      throw toStoreError(error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async *#keysIn(prefix: string): AsyncGenerator<string> {
    for (const name of await this.#namesIn(prefix)) {
      if (name.endsWith('/')) yield* this.#keysIn(prefix + name);
      else yield prefix + name;
    }
  }

  /** Objects, and folders with a `/`, in the order of their bytes. What somebody else put there and cannot be one is left out. */
  async #namesIn(prefix: string): Promise<string[]> {
    try {
      const children = await readdir(join(this.#root, ...prefix.split('/').filter(Boolean)), { withFileTypes: true });
      // A folder sorts as what its keys go on with: `a.json` comes before `a/b`, as `.` comes before `/`.
      return children
        .filter((child) => isKey(prefix + child.name))
        .map((child) => (child.isDirectory() ? `${child.name}/` : child.name))
        .sort((a, b) => (a < b ? -1 : 1));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw toStoreError(error);
    }
  }

  /** Keys have no folders of their own: one without objects goes, up to the root. */
  async #removeEmpty(folder: string): Promise<void> {
    for (let path = folder; path.startsWith(this.#root) && path !== this.#root; path = dirname(path)) {
      try {
        await rmdir(path);
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return;
        throw error;
      }
    }
  }
}

async function readWhole(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  for (let filled = 0; filled < size;) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}

/** Gives a local file a second name in the store; where the file system cannot (another disk, no links), a copy. */
async function adopt(file: string, to: string): Promise<void> {
  try {
    await link(file, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
    await copyFile(file, to);
  }
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { createHash } from 'node:crypto';
import * as fsPromises from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';

/** What the services use of the file system: an argument, so that a test can let any step be the last before a crash. */
export type FileSystem = Pick<
  typeof fsPromises,
  'open' | 'rename' | 'unlink' | 'mkdir' | 'readdir' | 'readFile' | 'rm' | 'stat'
>;
export const nodeFileSystem: FileSystem = fsPromises;

/** Only the customer's account may read what was recorded. */
export const PRIVATE_FOLDER = { recursive: true, mode: 0o700 } as const;
const PRIVATE_FILE = 0o600;

/** Makes names in a folder (a rename, an unlink) survive a power cut. Windows cannot, and does not need to: NTFS journals names. */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export async function syncFile(fs: FileSystem, path: string): Promise<void> {
  const handle = await fs.open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a new file piece by piece, not yet durable. On failure nothing is left of it. */
export async function writeFileStream(
  fs: FileSystem,
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const handle = await fs.open(path, 'w', PRIVATE_FILE);
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await handle.writeFile(piece);
      bytes += piece.length;
    }
  } catch (error) {
    await handle.close();
    await fs.rm(path, { force: true });
    throw error;
  }
  await handle.close();
  return { bytes, sha256: hash.digest('hex') };
}

export interface WriteOptions {
  /** False where only a crash of the process must be survived: the rename alone does that, and wakes no disk. */
  readonly sync: boolean;
}

/** Replaces a JSON file as a whole or not at all: temporary file, fsync, rename, fsync of the folder. */
export async function writeJsonFile(
  fs: FileSystem,
  path: string,
  value: unknown,
  options: WriteOptions = { sync: true },
): Promise<void> {
  const temporary = `${path}.part`;
  const handle = await fs.open(temporary, 'w', PRIVATE_FILE);
  try {
    await handle.writeFile(JSON.stringify(value));
    if (options.sync) await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(temporary, path);
  if (options.sync) await syncFolder(fs, dirname(path));
}

/** Undefined where there is none, or what is there is not of this schema: an older version's, or damaged. */
export async function readJsonFile<S extends v.GenericSchema<unknown, unknown>>(
  fs: FileSystem,
  path: string,
  schema: S,
): Promise<v.InferOutput<S> | undefined> {
  let text: string;
  try {
    text = await fs.readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // Not JSON.
  }
}

/** Names in a folder; none where the folder is not there. */
export async function listFolder(fs: FileSystem, folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

export type FileHandle = Awaited<ReturnType<FileSystem['open']>>;

/** At most `length` bytes from `offset`; fewer at the end of the file. */
export async function readRangeOf(
  handle: FileHandle,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await handle.stat();
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

export async function readFileRange(
  fs: FileSystem,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await fs.open(path, 'r');
  try {
    return await readRangeOf(handle, offset, length);
  } finally {
    await handle.close();
  }
}

import { join } from 'node:path';
import type { Drafts } from '../drafts.js';
import { listFolder, type FileSystem } from '../durable-file.js';
import type { Cache } from './built-in/clear-cache.js';

/** A draft that was looked at within this time is somebody's work. */
const IDLE_MS = 60_000;

/** What the recorder itself keeps and can do without: drafts that nobody is looking at, which are copies of the recording. */
export function ownCache(fs: FileSystem, folder: string, drafts: Drafts): Cache {
  return {
    name: 'Unsent drafts of diagnostics',
    measure: () => folderBytes(fs, folder),
    clear: () => drafts.discardIdle(IDLE_MS),
  };
}

async function folderBytes(fs: FileSystem, folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await listFolder(fs, folder)) {
    const path = join(folder, name);
    const found = await fs.stat(path).catch(() => undefined); // Gone in the meantime.
    if (found?.isDirectory() === true) bytes += await folderBytes(fs, path);
    else bytes += found?.size ?? 0;
  }
  return bytes;
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from './errors.js';

// A file counts as written when it survives a power cut: its bytes are synced, then its name, then the folder that holds
// the name. See https://danluu.com/file-consistency/ for what happens to programs that leave one of these out.

/** Makes the names in a folder durable. Windows has no such call on folders and needs none (NTFS journals names). */
export async function syncFolder(path: string): Promise<void> {
  let handle;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Like `mkdir -p`, with the new names durable. */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  if (first === undefined) return;
  // From the parent of the first folder that was missing down to the parent of the last.
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder.length <= dirname(first).length) break;
  }
}

/** Writes a new file and syncs its bytes; the name is durable once its folder is synced. Leaves nothing behind on failure. */
export async function writeSynced(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
}

/** Replaces a small file as a whole: after a crash it holds either the old content or the new. */
export async function replaceFile(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${randomUUID()}.new`);
  await writeSynced(temporary, bytes, mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

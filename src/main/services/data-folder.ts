import { join } from 'node:path';
import * as v from 'valibot';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from './durable-file.js';
import { ServiceError } from './service-errors.js';

const TOUCH_MS = 10_000;
/** A process id is given again one day: a lock that nobody touched for so long is nobody's. */
const STALE_MS = 60_000;

const lockSchema = v.object({ pid: v.pipe(v.number(), v.integer(), v.minValue(1)), atMs: v.number() });

/**
 * Takes the data folder for this process. Two hosts in one folder would mint one session and send each report twice.
 * Rejects with `data-dir-in-use`; resolves with the function that gives it back.
 */
export async function takeDataFolder(
  fs: FileSystem,
  folder: string,
  wallMs: () => number,
): Promise<() => Promise<void>> {
  await fs.mkdir(folder, PRIVATE_FOLDER);
  const path = join(folder, 'host.lock');
  const held = await readJsonFile(fs, path, lockSchema);
  if (
    held !== undefined &&
    held.pid !== process.pid &&
    isAlive(held.pid) &&
    Math.abs(wallMs() - held.atMs) < STALE_MS
  ) {
    throw new ServiceError('data-dir-in-use');
  }
  const touch = async (): Promise<void> => {
    await writeJsonFile(fs, path, { pid: process.pid, atMs: wallMs() }, { sync: false });
  };
  await touch();
  let touching = Promise.resolve();
  const timer = setInterval(() => {
    // A full disk leaves the lock old; the next touch may succeed.
    touching = touch().catch(() => undefined);
  }, TOUCH_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await touching;
    await fs.rm(path, { force: true });
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // Alive, and somebody else's.
  }
}

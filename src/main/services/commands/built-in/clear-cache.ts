import { lstat, opendir, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, parse, resolve } from 'node:path';
import { homedir } from 'node:os';
import { listWords, sizeWords } from '../../../../shared/commands/words.js';
import { defineCommand, type Command } from '../command.js';
import { CommandError } from '../command-errors.js';

/** Something that can be thrown away and is made again when it is needed. */
export interface Cache {
  /** For people: `Map tiles`. */
  readonly name: string;
  /** A folder of its own, whose contents go. */
  readonly folder?: string;
  /** Where it is no folder: how large it is, and how to empty it. */
  readonly measure?: () => Promise<number>;
  readonly clear?: () => Promise<void>;
}

export interface Measured {
  readonly name: string;
  readonly bytes: number;
  readonly files: number | undefined;
}

/** Throws `cache-folder` where a folder could hold more than a cache. */
export function clearCacheCommand(caches: readonly Cache[]): Command {
  for (const cache of caches) checkCache(cache);
  const named = new Map(caches.map((cache) => [cache.name, cache]));
  if (named.size !== caches.length) throw new CommandError('cache-folder');
  const pick = (names: readonly string[]): Cache[] => names.flatMap((name) => named.get(name) ?? []);
  return defineCommand({
    name: 'clear-cache',
    title: 'Clear the app’s caches',
    summary: 'Empties caches that the app fills again by itself, and tells how much was freed.',
    parameters: {
      caches: {
        type: 'choices',
        label: 'Caches',
        options: [...named.keys()].map((name) => ({ value: name, label: name })),
        min: 1,
        default: [...named.keys()],
      },
    },
    timeLimitMs: 5 * 60_000,
    effect: ({ caches: names }) => [
      `Deletes everything in ${names.length === 1 ? 'this cache' : 'these caches'} of the app: ${listWords(names)}. It cannot be brought back; the app makes it again when it needs it.`,
      'Sends how much there was before and after to support.',
    ],
    async dryRun({ caches: names }, signal) {
      const measured = await measureAll(pick(names), signal);
      return measured.map((one) => `${one.name}: ${wordsOf(one)} would be deleted.`);
    },
    async run({ caches: names }, { signal, write }) {
      const chosen = pick(names);
      let freed = 0;
      for (const cache of chosen) {
        const before = await measure(cache, signal);
        signal.throwIfAborted();
        const left = await clear(cache, signal);
        const after = await measure(cache, signal);
        freed += before.bytes - after.bytes;
        write(
          `${cache.name}: ${wordsOf(before)} before, ${wordsOf(after)} after (${before.bytes} to ${after.bytes} bytes).`,
        );
        if (left > 0) write(`${cache.name}: ${left === 1 ? 'one file is' : `${left} files are`} in use and stayed.`);
      }
      return { summary: `freed ${sizeWords(Math.max(0, freed))}` };
    },
  });
}

function checkCache({ folder, measure: measured, clear: cleared }: Cache): void {
  if (folder === undefined) {
    if (measured === undefined || cleared === undefined) throw new CommandError('cache-folder');
    return;
  }
  const path = resolve(folder);
  const isTop = parse(path).root === path || dirname(path) === parse(path).root;
  if (!isAbsolute(folder) || isTop || path === resolve(homedir())) throw new CommandError('cache-folder');
}

function wordsOf({ bytes, files }: Measured): string {
  if (files === undefined) return sizeWords(bytes);
  return `${sizeWords(bytes)} in ${files === 1 ? 'one file' : `${files} files`}`;
}

async function measureAll(caches: readonly Cache[], signal: AbortSignal): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const cache of caches) measured.push(await measure(cache, signal));
  return measured;
}

async function measure(cache: Cache, signal: AbortSignal): Promise<Measured> {
  if (cache.folder === undefined) {
    return { name: cache.name, bytes: (await cache.measure?.()) ?? 0, files: undefined };
  }
  let [bytes, files] = [0, 0];
  for await (const path of filesIn(cache.folder, signal)) {
    const found = await lstat(path).catch(() => undefined); // Gone in the meantime.
    if (found === undefined) continue;
    bytes += found.size;
    files += 1;
  }
  return { name: cache.name, bytes, files };
}

/** Everything but folders. Links are files: what they point to is not the cache's. */
async function* filesIn(folder: string, signal: AbortSignal): AsyncGenerator<string> {
  signal.throwIfAborted();
  const entries = await opendir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (entries === undefined) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path, signal);
    else yield path;
  }
}

/** Empties a cache; the folder itself stays. Answers how many of its files could not be deleted. */
async function clear(cache: Cache, signal: AbortSignal): Promise<number> {
  if (cache.folder === undefined) {
    await cache.clear?.();
    return 0;
  }
  // A folder that was replaced by a link since the app registered it leads somewhere else.
  const found = await lstat(cache.folder).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) throw new CommandError('cache-folder');
  let left = 0;
  const names: string[] = [];
  for await (const entry of await opendir(cache.folder)) names.push(entry.name);
  for (const name of names) {
    signal.throwIfAborted();
    try {
      await rm(join(cache.folder, name), { recursive: true, force: true });
    } catch {
      left += 1; // Windows does not delete what is open.
    }
  }
  return left;
}

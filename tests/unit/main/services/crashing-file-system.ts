import { nodeFileSystem, type FileHandle, type FileSystem } from '../../../../src/main/services/durable-file.js';

/** What a process that is killed does not get to. */
export class Crash extends Error {}

export interface CrashingFileSystem {
  readonly fs: FileSystem;
  /** Every step taken, in words: `sync a.json.part`, `rename a.json.part a.json`, `sync outbox/`. */
  readonly steps: string[];
}

/** The real file system up to step `last`; that step and all that follow never happen. */
export function crashingFileSystem(last = Infinity): CrashingFileSystem {
  const steps: string[] = [];
  const step = (words: string): void => {
    if (steps.length >= last) throw new Crash(words);
    steps.push(words);
  };
  const nameOf = (path: unknown): string => String(path).split('/').at(-1) ?? '';
  const writing = ['open', 'rename', 'unlink', 'rm', 'mkdir'] as const;
  const fs = { ...nodeFileSystem };
  for (const method of writing) {
    const real = nodeFileSystem[method] as (...values: unknown[]) => Promise<unknown>;
    const stepped = async (...values: unknown[]): Promise<unknown> => {
      step(
        `${method} ${values
          .filter((value) => typeof value === 'string')
          .map(nameOf)
          .join(' ')}`,
      );
      const result = await real(...values);
      return method === 'open' ? stepHandle(result as FileHandle, nameOf(values[0]), step) : result;
    };
    Object.assign(fs, { [method]: stepped });
  }
  return { fs, steps };
}

function stepHandle(handle: FileHandle, name: string, step: (words: string) => void): FileHandle {
  return new Proxy(handle, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return async (...values: unknown[]): Promise<unknown> => {
        if (key === 'sync' || key === 'writeFile' || key === 'write') {
          try {
            step(`${key} ${name}`);
          } catch (error) {
            await target.close(); // The test process lives on: what a dead one leaves to the system is closed here.
            throw error;
          }
        }
        return await (Reflect.apply(value, target, values) as Promise<unknown>);
      };
    },
  });
}

import { expect, it } from 'vitest';
import { electronCommands } from '../../../../src/main/electron/app-commands.js';
import type { ElectronModule } from '../../../../src/main/electron/electron-module.js';

/** A double of the things that are asked of Electron. */
function electronDouble() {
  const done: string[] = [];
  const defaultSession = {
    getCacheSize: () => Promise.resolve(1234),
    clearCache: () => Promise.resolve().then(() => void done.push('cache cleared')),
  };
  const electron = { session: { defaultSession } };
  return { done, electron: electron as unknown as ElectronModule };
}

it('leaves an app its own way of restarting, and its own caches', async () => {
  const { done, electron } = electronDouble();
  const own = { restart: () => done.push('own'), caches: [{ name: 'Map tiles', folder: 'tiles' }] };
  const { restart, caches } = electronCommands(electron, own);
  restart?.();
  expect(caches?.map(({ name }) => name)).toEqual(['Map tiles', 'Web cache']);
  expect(await caches?.[1]?.measure?.()).toBe(1234);
  await caches?.[1]?.clear?.();
  expect(done).toEqual(['own', 'cache cleared']);
});

import { expect, it } from 'vitest';
import { electronCommands } from '../../../../src/main/electron/app-commands.js';
import type { ElectronModule } from '../../../../src/main/electron/electron-module.js';

/** A double of the three things that are asked of Electron. */
function electronDouble() {
  const done: string[] = [];
  const say = (what: string) => () => {
    done.push(what);
  };
  const defaultSession = {
    getCacheSize: () => Promise.resolve(1234),
    clearCache: () => Promise.resolve().then(say('cache cleared')),
  };
  const electron = { app: { relaunch: say('relaunch'), quit: say('quit') }, session: { defaultSession } };
  return { done, electron: electron as unknown as ElectronModule };
}

it('restarts by a relaunch after the app has quit', () => {
  const { done, electron } = electronDouble();
  electronCommands(electron).restart?.();
  expect(done).toEqual(['relaunch', 'quit']);
});

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

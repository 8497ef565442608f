import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { exposeBridge } from '../../../../src/main/electron/expose-bridge.js';
import type { HostBridge } from '../../../../src/shared/protocol/bridge.js';

// Doubles of the two things that a sandboxed preload script is given; real pages are in tests/electron.
const electron = vi.hoisted(() => ({
  contextBridge: { exposeInMainWorld: vi.fn<(key: string, api: unknown) => void>() },
  ipcRenderer: { on: vi.fn<(channel: string, hear: (...values: unknown[]) => void) => void>(), invoke: vi.fn() },
}));
vi.mock('electron', () => electron);

const place = { channels: { call: 'c', listen: 'l', event: 'e' }, key: 'fluxrecTest' };

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const double of [electron.contextBridge.exposeInMainWorld, electron.ipcRenderer.on]) double.mockReset();
});

test('a page gets two functions, and events without Electron’s own', async () => {
  exposeBridge(place);
  const [[key, exposed] = []] = electron.contextBridge.exposeInMainWorld.mock.calls;
  expect(key).toBe('fluxrecTest');
  expect(Object.keys(exposed as HostBridge)).toEqual(['call', 'listen']);
  const heard: unknown[] = [];
  await (exposed as HostBridge).listen((...values) => heard.push(values));
  electron.ipcRenderer.on.mock.calls[0]?.[1]({ sender: 'Electron’s' }, 'wipe', { wipe: 1 });
  expect(heard).toEqual([['wipe', { wipe: 1 }]]);
});

test('where there is no context isolation, or a bridge already, the app’s preload script goes on', () => {
  electron.contextBridge.exposeInMainWorld.mockImplementation(() => {
    throw new Error('contextBridge API can only be used when contextIsolation is enabled');
  });
  expect(() => {
    exposeBridge(place);
  }).not.toThrow();
  expect(console.error).toHaveBeenCalledOnce();
  expect(electron.ipcRenderer.on).not.toHaveBeenCalled();
});

import { EventEmitter } from 'node:events';
import type { PowerMonitor } from 'electron';
import { expect, it, vi } from 'vitest';
import { watchLock } from '../../../../src/main/electron/lock-watch.js';

it('is told of a lock and of sleep, and asks for the power monitor only when the app is ready', async () => {
  const monitor = new EventEmitter();
  const asked = vi.fn(() => monitor as unknown as PowerMonitor);
  let becomeReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const onLock = vi.fn();
  watchLock({ whenReady: () => ready }, asked, onLock);
  expect(asked).not.toHaveBeenCalled();
  becomeReady();
  await vi.waitFor(() => {
    expect(monitor.listenerCount('suspend')).toBe(1);
  });
  monitor.emit('unlock-screen');
  expect(onLock).not.toHaveBeenCalled();
  monitor.emit('lock-screen');
  monitor.emit('suspend');
  expect(onLock).toHaveBeenCalledTimes(2);
});

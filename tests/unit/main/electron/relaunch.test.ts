import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { relaunch, type Started } from '../../../../src/main/electron/relaunch.js';

/** A double of Electron's app: it quits when it is told to, unless something prevents it. */
class AppDouble extends EventEmitter {
  readonly done: unknown[] = [];
  isPackaged = true;
  isPrevented = false;

  quit(): void {
    this.done.push('quit');
    if (!this.isPrevented) this.emit('will-quit', {});
  }
  relaunch(options?: object): void {
    this.done.push(options ?? 'relaunch');
  }
}

const installed: Started = { pid: 1, argv: ['/opt/fluxion/fluxion'], env: {} };

afterEach(() => {
  vi.useRealTimers();
});

test('the app quits, and is started again', () => {
  const app = new AppDouble();
  relaunch(app as never, installed);
  expect(app.done).toEqual(['quit', 'relaunch']);
});

test('from the launcher’s own file, where the program was unpacked for this run alone', () => {
  const app = new AppDouble();
  relaunch(app as never, { ...installed, env: { PORTABLE_EXECUTABLE_FILE: 'C:\\Fluxion.exe' } });
  expect(app.done).toEqual(['quit', { execPath: 'C:\\Fluxion.exe' }]);
});

test('where something has prevented it, nothing is started, however long after it the customer quits', () => {
  vi.useFakeTimers();
  const app = new AppDouble();
  app.isPrevented = true;
  relaunch(app as never, installed);
  vi.advanceTimersByTime(31_000);
  app.isPrevented = false;
  app.quit();
  expect(app.done).toEqual(['quit', 'quit']);
});

test('what is being developed is not in the package of the terminal that it runs in', () => {
  const app = new AppDouble();
  app.isPackaged = false;
  relaunch(app as never, { ...installed, env: { APPIMAGE: '/opt/Editor.AppImage' } });
  expect(app.done).toEqual(['quit', 'relaunch']);
});

test.skipIf(process.platform === 'win32')(
  'an AppImage is started with its arguments once the process has ended',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'fluxrec-relaunch-'));
    const [image, told] = [join(dir, 'Fluxion it is.AppImage'), join(dir, 'told')];
    const running = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 400)'], { stdio: 'ignore' });
    const { pid = 0 } = running;
    const script = `#!/bin/sh
{ kill -0 ${pid} 2>/dev/null && echo early; printf '%s\\n' "$@"; } > '${told}.new' && mv '${told}.new' '${told}'
`;
    await writeFile(image, script, { mode: 0o755 });
    try {
      const argv = ['/tmp/.mount_Fluxion/fluxion', '--desk', 'https://desk.example/a b', '$HOME'];
      const app = new AppDouble();
      relaunch(app as never, { pid, argv, env: { APPIMAGE: image } });
      await expect.poll(() => readFile(told, 'utf8').catch(() => ''), { timeout: 10_000 }).not.toBe('');
      expect(await readFile(told, 'utf8')).toBe('--desk\nhttps://desk.example/a b\n$HOME\n');
      expect(app.done).toEqual(['quit']);
    } finally {
      running.kill('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    }
  },
);

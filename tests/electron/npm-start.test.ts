import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { chromiumPath } from '../e2e/product.js';
import { STANDIN } from './build-standin.js';

// `npm start` where Electron's binary is installed, and where it is not: what stands for the binary is the stand-in, or nothing.

let dir: string;
let started: ChildProcess;
let output = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-start-electron-'));
});
afterEach(async () => {
  if (started.exitCode === null && started.signalCode === null) {
    const ended = once(started, 'exit');
    started.kill('SIGTERM');
    await ended;
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

/** `binaries`: the folder in which Electron's package looks for its binary. */
function npmStart(binaries: string): void {
  const options = ['--no-open', '--electron', '--data', dir, '--desk-port', '0', '--fluxion-port', '0'];
  output = '';
  started = spawn(process.execPath, ['scripts/run.mjs', 'scripts/start.ts', ...options], {
    cwd: root,
    env: { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: binaries, CHROMIUM: chromiumPath(), DISPLAY: ':0' },
  });
  for (const stream of [started.stdout, started.stderr])
    stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
}

const said = (what: RegExp): Promise<void> => expect.poll(() => output, { timeout: 60_000 }).toMatch(what);

it.skipIf(process.platform === 'win32')('opens Fluxion in Electron', async () => {
  const binary = join(dir, 'electron');
  await writeFile(binary, `#!/bin/sh\nexec "${process.execPath}" "${join(STANDIN, 'standin.js')}" "$@"\n`);
  await chmod(binary, 0o755);
  npmStart(dir);
  await said(/Fluxion, the app that is recorded {3}in a window of its own/);
  expect(output).not.toContain('Fluxion is at');
});

it.skipIf(process.platform === 'win32')('keeps the desk when Fluxion starts itself again', async () => {
  const [binary, go] = [join(dir, 'electron'), join(dir, 'go')];
  const script = `echo Fluxion is open; while [ ! -e "${go}" ]; do sleep 0.1; done; echo The app ends, and is started again.`;
  await writeFile(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  npmStart(dir);
  await said(/in a window of its own/);
  await writeFile(go, '');
  await said(/starts itself again/);
  const desk = /Desk, where reports arrive +(\S+)/.exec(output)?.[1] ?? '';
  expect((await fetch(desk)).status).toBe(200);
  expect(started.exitCode).toBeNull();
});

it('says how to get Electron, and goes on in the browser', async () => {
  npmStart(join(dir, 'nothing'));
  await said(/npx install-electron/);
  await said(/Fluxion, the app that is recorded {3}http/);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll } from 'vitest';
import config from '../../../electron.vite.config.js';
import { DeskUnderTest } from './desk-in-folder.js';

// The desk as it is built, from the entries of the build's own configuration, so that its second thread is the one that runs
// in earnest.

const root = join(import.meta.dirname, '../../..');
const TOKEN = 'a-token-of-tests-0123456789';
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

export interface BuiltDesk {
  readonly threadScript: URL;
  /** Starts it as a process; killed after the test. */
  start(...args: string[]): Promise<RunningDesk>;
}

export interface RunningDesk {
  readonly desk: DeskUnderTest;
  readonly log: () => readonly Record<string, unknown>[];
  /** As Ctrl-C does; answers its exit code. */
  stop(): Promise<number | null>;
}

/** Builds the desk before the first test of a file, in a folder that goes with the last. */
export function builtDesk(): BuiltDesk {
  let folder = '';
  beforeAll(async () => {
    // Within the repository: the build leaves dependencies to be found in its node_modules.
    await mkdir(join(root, '.cache'), { recursive: true });
    folder = await mkdtemp(join(root, '.cache', 'built-desk-'));
    const input = config.main?.build?.rolldownOptions?.input as Record<string, string>;
    const { desk = '', 'verify-thread': thread = '' } = input;
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      ssr: config.main?.ssr ?? {},
      build: { ssr: true, outDir: folder, rolldownOptions: { input: { desk, 'verify-thread': thread } } },
    });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    get threadScript() {
      return pathToFileURL(join(folder, 'verify-thread.js'));
    },
    start: (...args) => startProcess(join(folder, 'desk.js'), args),
  };
}

async function startProcess(script: string, args: readonly string[]): Promise<RunningDesk> {
  const child = spawn(process.execPath, [script, '--port', '0', ...args], {
    cwd: root,
    env: { ...process.env, FLUXREC_DESK_TOKEN: TOKEN, FLUXREC_DESK_INGEST_KEY: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  ends.push(() => {
    child.kill('SIGKILL');
    return ended;
  });
  let log = '';
  child.stderr.on('data', (data: Buffer) => (log += data.toString()));
  const link = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      const found = /(http\S+#code=\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => {
      reject(new Error(`the desk did not start: ${log}`));
    });
  });
  const url = new URL(link).origin;
  return {
    desk: new DeskUnderTest({ url, link: () => link, close: () => Promise.resolve() }, TOKEN),
    log: () =>
      log
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    stop() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

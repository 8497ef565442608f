// The built product (out/): built when a source is newer, and its processes as tests, demo, bench and `npm start` run them.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export const root = resolve(import.meta.dirname, '..');
const stamp = join(root, 'out', '.built');
const INPUTS = [
  'src',
  'examples',
  'package-lock.json',
  'electron.vite.config.ts',
  'svelte.config.js',
  'scripts/documents.ts',
  'scripts/outside.ts',
];

/** When the newest file in a folder, or a file, was changed (Unix ms). */
export function newestMs(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** Builds out/ unless it is newer than every source. */
export async function build(): Promise<void> {
  const started = new Date();
  const newest = Math.max(...INPUTS.map((path) => newestMs(join(root, path))));
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) return;
  console.log('Building…');
  await promisify(execFile)(
    process.execPath,
    [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'],
    {
      cwd: root,
      maxBuffer: 16 * 1024 * 1024,
    },
  ).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`The build failed.\n${stdout}${stderr}`);
  });
  writeFileSync(stamp, '');
  // What was edited while the build ran must build again.
  utimesSync(stamp, started, started);
}

export interface Running {
  /** What the process's first matching line of output told, e.g. its URL. */
  readonly told: string;
  readonly child: ChildProcess;
  /** All output so far. */
  output(): string;
  /** Asks it to end and waits; `SIGKILL` does not ask. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const hasGroups = process.platform !== 'win32';

function hasGroup({ pid }: ChildProcess): boolean {
  if (!hasGroups || pid === undefined) return false;
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false; // Nobody is in it any more.
  }
}

function killGroup(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  killAll(child);
}

/** The process and what it started, also where only that is left. */
function killAll(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (hasGroups) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch (error) {
    // It ended just now.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const GROUP_LOOK_MS = 20;
/** What a process started ends with it, or a little later: a browser that has not by then does not. */
const GROUP_END_MS = 10_000;
/** How long a process may take to say that it is ready: a slow, shared machine at its first start. */
const READY_MS = 60_000;

/** Starts a built process and waits until its output matches; the first group of the match is `told`. */
export function start(
  name: 'desk' | 'fluxion',
  args: readonly string[],
  ready: RegExp,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Running> {
  const script = join(root, 'out/main', `${name}.js`);
  return launch(name, process.execPath, ['--enable-source-maps', script, ...args], ready, env);
}

/** Fluxion in Electron, whose binary is given; `told` when its window is being opened. */
export function startElectron(binary: string, args: readonly string[]): Promise<Running> {
  return launch('fluxion', binary, [join(root, 'out/main/electron.js'), ...args], /(Fluxion is open)/, process.env);
}

function launch(
  name: string,
  program: string,
  args: readonly string[],
  ready: RegExp,
  env: NodeJS.ProcessEnv,
): Promise<Running> {
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Fluxion is two processes. A group of its own can be killed as a whole, as a power cut would.
    detached: hasGroups,
  });
  let output = '';
  const ended = new Promise<void>((done) =>
    child.once('exit', () => {
      done();
    }),
  );
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (signal === 'SIGKILL') killGroup(child);
    else child.kill(signal);
    await ended;
    // Who started it is gone; what it started may be a moment longer, and keep its port and its folder until then.
    for (let waitedMs = 0; hasGroup(child); waitedMs += GROUP_LOOK_MS) {
      if (waitedMs > GROUP_END_MS) killAll(child);
      await delay(GROUP_LOOK_MS);
    }
  };
  // It is in no group of ours that ends with us.
  const onOurEnd = (): void => {
    killGroup(child);
  };
  process.once('exit', onOurEnd);
  void ended.then(() => process.off('exit', onOurEnd));
  return new Promise((done, fail) => {
    const timer = setTimeout(() => {
      killGroup(child);
      fail(new Error(`${name} was not ready after ${READY_MS / 1000} s:\n${output}`));
    }, READY_MS);
    const onData = (data: Buffer): void => {
      output += data.toString();
      const told = ready.exec(output)?.[1];
      if (told === undefined) return;
      clearTimeout(timer);
      done({ told, child, output: () => output, stop });
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(new Error(`${name} ended with ${String(code)} before it was ready:\n${output}`));
    });
  });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

// An app that can be started again from within, as real processes: what a person at a terminal, or a service manager, sees of it.

const root = join(import.meta.dirname, '../../..');
let program: string;
let folder: string;
beforeAll(async () => {
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache', 'supervised-'));
  const input = { app: fileURLToPath(new URL('./supervised-app.ts', import.meta.url)) };
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: { ssr: true, outDir: folder, rolldownOptions: { input } },
  });
  program = join(folder, 'app.js');
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Who {
  readonly pid: number;
  readonly ppid: number;
  readonly args: string[];
  readonly env: string;
}

class App {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  output = '';

  static async start(...args: string[]): Promise<App> {
    const app = new App(args);
    await app.said(/up \d+/);
    return app;
  }

  private constructor(args: string[]) {
    this.child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.ended = once(this.child, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  get url(): string {
    return `http://127.0.0.1:${/up (\d+)/.exec(this.output)?.[1] ?? ''}/`;
  }
  get runs(): number[] {
    return [...this.output.matchAll(/up \d+ (\d+)/g)].map(([, pid]) => Number(pid));
  }
  get supervisor(): number {
    return this.child.pid ?? 0;
  }

  async said(what: RegExp, timeout = 15_000): Promise<void> {
    await expect.poll(() => this.output, { timeout }).toMatch(what);
  }
  async who(): Promise<Who> {
    return (await (await fetch(this.url)).json()) as Who;
  }
  /** The answer may be cut off by what it does. */
  async do(deed: string): Promise<void> {
    await fetch(new URL(deed, this.url), { method: 'POST' }).catch(() => undefined);
  }
  async isUpAgain(times: number): Promise<void> {
    await expect.poll(() => this.runs.length, { timeout: 15_000 }).toBe(times + 1);
  }
}

const apps: App[] = [];
const dirs: string[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) {
    app.child.kill('SIGKILL');
    await app.ended;
    for (const pid of app.runs) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true });
});

async function start(...args: string[]): Promise<App> {
  const app = await App.start(...args);
  apps.push(app);
  return app;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('runs in a child with its own arguments, and is started again on the same port when it asks', async () => {
  const app = await start('--fails', '0');
  const before = await app.who();
  expect(before).toMatchObject({ ppid: app.supervisor, args: ['--fails', '0'], env: 'none' });
  await app.do('restart');
  await app.isUpAgain(1);
  const after = await app.who();
  expect(after).toMatchObject({ ppid: app.supervisor, args: ['--fails', '0'] });
  expect(after.pid).not.toBe(before.pid);
  // In an orderly way, and before the next one began.
  expect(app.output).toMatch(new RegExp(`closed ${before.pid}\\n[^]*up \\d+ ${after.pid}`));
});

it('ends in an orderly way, and with its own code, when its supervisor is asked to end', async () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const app = await start();
    const [pid = 0] = app.runs;
    app.child.kill(signal);
    expect(await app.ended).toEqual({ code: 0, signal: null });
    await app.said(new RegExp(`closed ${pid}`));
    expect(isAlive(pid)).toBe(false);
  }
});

it('ends by itself when its supervisor is killed, and gives its port back', async () => {
  const app = await start();
  const [pid = 0] = app.runs;
  app.child.kill('SIGKILL');
  await app.ended;
  await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
  expect(app.output).toContain(`closed ${pid}`);
});

it('is not started again when it crashes or ends: who started it sees how', async () => {
  const crashed = await start();
  await crashed.do('crash');
  expect(await crashed.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(crashed.runs).toHaveLength(1);
  const left = await start();
  await left.do('exit');
  expect(await left.ended).toEqual({ code: 7, signal: null });
});

it('is tried again when it fails after a restart, and given up after the fourth time, with its own code', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-supervised-'));
  dirs.push(dir);
  const lucky = await start('--fails', '2', '--dir', dir);
  await lucky.do('restart');
  await lucky.isUpAgain(1);
  expect((await lucky.who()).ppid).toBe(lucky.supervisor);

  const other = await mkdtemp(join(tmpdir(), 'fluxrec-supervised-'));
  dirs.push(other);
  const hopeless = await start('--fails', '100', '--dir', other);
  await hopeless.do('restart');
  expect(await hopeless.ended).toEqual({ code: 3, signal: null });
  await hopeless.said(/ended 4 times before it was up/);
});

it('is not started again for ever when each run asks for the next', { timeout: 60_000 }, async () => {
  const app = await start();
  for (let times = 1; times <= 5; times += 1) {
    await app.do('restart');
    await app.isUpAgain(times);
  }
  await app.do('restart');
  expect(await app.ended).toEqual({ code: 1, signal: null });
  await app.said(/6 times within a minute/);
});

it('is ended by its supervisor when it asks for a restart and cannot end', { timeout: 60_000 }, async () => {
  const app = await start();
  const [pid = 0] = app.runs;
  await app.do('stick');
  await app.do('restart');
  await expect.poll(() => app.runs.length, { timeout: 30_000 }).toBe(2);
  expect(isAlive(pid)).toBe(false);
});

it('is killed by who asks twice', async () => {
  const app = await start();
  await app.do('stick');
  app.child.kill('SIGTERM');
  await expect
    .poll(
      () => {
        app.child.kill('SIGTERM');
        return app.child.exitCode ?? app.child.signalCode;
      },
      { timeout: 15_000 },
    )
    .toBe('SIGKILL');
});

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { root } from '../../scripts/built.js';
import { chromiumPath } from '../lab/chromium.js';
import { STANDIN } from './build-standin.js';
import type { Control } from './standin/control.js';

type Asked = {
  readonly [K in keyof Control]: (...values: Parameters<Control[K]>) => Promise<Awaited<ReturnType<Control[K]>>>;
};

/** Fluxion's built main process, run over the stand-in: not Electron. */
export interface StandInApp {
  readonly dir: string;
  /** What happens outside of the pages. */
  readonly control: Asked;
  /** The pages as a person drives them. */
  readonly browser: Browser;
  /** Where the app starts itself again: resolves when that run is open. What was given of the run before is gone. */
  relaunched(): Promise<void>;
  /** Fluxion's windows that show it now. */
  fluxionPages(): Page[];
  /** Waits until Fluxion's windows are so many, and all record. */
  recordingPages(count: number): Promise<Page[]>;
  panelPage(): Promise<Page>;
  /** The panel's window, which is open. */
  panelNow(): Page;
  /** Waits until the panel's window is gone. */
  noPanel(): Promise<void>;
  output(): string;
  close(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

const READY_MS = 60_000;
const WAIT_MS = 60_000;
const LOOK_MS = 100;

export interface StandInOptions {
  /** Where the app keeps its data, and finds it again; otherwise in a folder that goes with it. */
  readonly dir?: string;
  /** Another app's built main process, in place of Fluxion's. */
  readonly main?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** One run of the process. */
interface Run {
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
  readonly browser: Browser;
  readonly control: Asked;
}

export async function startStandInApp(
  args: readonly string[],
  { dir: kept, main = join(root, 'out/main/electron.js'), env = {} }: StandInOptions = {},
): Promise<StandInApp> {
  const dir = kept ?? (await mkdtemp(join(tmpdir(), 'fluxrec-electron-')));
  let output = '';
  let next: Promise<void> | undefined;
  const startRun = async (): Promise<Run> => {
    const child = spawn(process.execPath, [join(STANDIN, 'standin.js'), main, '--data', dir, ...args], {
      cwd: root,
      env: { ...process.env, CHROMIUM: chromiumPath(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const onData = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    const exited = new Promise<void>((resolve) =>
      child.once('exit', () => {
        resolve();
      }),
    );
    child.on('message', (message) => {
      if ((message as { relaunch?: boolean }).relaunch !== true) return;
      next ??= exited.then(startNext);
      next.catch(() => undefined); // Who waits for it is told.
    });
    const browser = await chromium.connectOverCDP(await told(child, () => output));
    return { child, exited, browser, control: ask(child) };
  };
  const startNext = async (): Promise<void> => {
    await run.browser.close().catch(() => undefined);
    run = await startRun();
  };
  let run = await startRun();

  const pages = (of: string): Page[] =>
    run.browser
      .contexts()
      .flatMap((context) => context.pages())
      .filter((page) => page.url().startsWith(`http://${of}.localhost`));
  const panelNow = (): Page => {
    const [panel] = pages('panel.fluxrec');
    if (panel === undefined) throw new Error('The panel is not open.');
    return panel;
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    await next?.catch(() => undefined);
    const { browser, child, exited } = run;
    // The pages go with their process, and a process that is killed takes nobody with it.
    const devtools = signal === 'SIGKILL' ? await browser.newBrowserCDPSession() : undefined;
    if (devtools === undefined) await browser.close().catch(() => undefined);
    child.kill(signal);
    await exited;
    await devtools?.send('Browser.close').catch(() => undefined);
    if (kept === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    dir,
    get control() {
      return run.control;
    },
    get browser() {
      return run.browser;
    },
    async relaunched() {
      await until(
        () => next !== undefined,
        () => `the app to start itself again\n${output}`,
      );
      await next;
      next = undefined;
    },
    fluxionPages: () => pages('app.fluxion'),
    async recordingPages(count) {
      await until(
        () => pages('app.fluxion').length === count,
        () => `${count} windows of Fluxion\n${output}`,
      );
      const found = pages('app.fluxion');
      for (const page of found) await page.getByText('Diagnostics are being recorded').waitFor();
      return found;
    },
    async panelPage() {
      await until(
        () => pages('panel.fluxrec').length > 0,
        () => `the panel\n${output}`,
      );
      return panelNow();
    },
    panelNow,
    async noPanel() {
      await until(
        () => pages('panel.fluxrec').length === 0,
        () => `the panel to close\n${output}`,
      );
    },
    output: () => output,
    close: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

export async function until(isSo: () => boolean | Promise<boolean>, what: () => string): Promise<void> {
  for (let waitedMs = 0; !(await isSo()); waitedMs += LOOK_MS) {
    if (waitedMs > WAIT_MS) throw new Error(`Waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

function told(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`The app was not ready in time:\n${output()}`));
    }, READY_MS);
    const onMessage = (message: unknown): void => {
      const { endpoint } = message as { endpoint?: string };
      if (endpoint === undefined) return;
      clearTimeout(timer);
      child.off('message', onMessage);
      resolve(endpoint);
    };
    child.on('message', onMessage);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The app ended with ${String(code)} before it was ready:\n${output()}`));
    });
  });
}

function ask(child: ChildProcess): Asked {
  let lastId = 0;
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  child.on('message', (message) => {
    const { id, value, error } = message as { id?: number; value?: unknown; error?: string };
    const asked = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (error === undefined) asked?.resolve(value);
    else asked?.reject(new Error(error));
  });
  return new Proxy({} as Asked, {
    get:
      (_target, name) =>
      (...values: unknown[]): Promise<unknown> =>
        new Promise((resolve, reject) => {
          lastId += 1;
          waiting.set(lastId, { resolve, reject });
          child.send({ id: lastId, name, values });
        }),
  });
}

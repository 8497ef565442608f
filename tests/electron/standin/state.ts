import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { CHROMIUM_ARGS } from '../../lab/chromium.js';

/** What was asked of Electron and leaves no other trace, for the test. */
export interface Noted {
  readonly name: string;
  readonly values: readonly unknown[];
  readonly beforeReady: boolean;
}

export const state = {
  isReady: false,
  isQuitting: false,
  noted: [] as Noted[],
  /** The registered schemes; only these have documents. */
  schemes: [] as string[],
};

export function note(name: string, ...values: readonly unknown[]): void {
  state.noted.push({ name, values, beforeReady: !state.isReady });
}

export interface Chromium {
  readonly browser: Browser;
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

const READY_MS = 30_000;

/** A Chromium that two can drive: the stand-in, and the test as a person at the windows. All frames of a page in one process. */
export async function launch(path: string, userData: string): Promise<Chromium> {
  const profile = join(userData, 'chromium-of-the-stand-in');
  const args = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--disable-site-isolation-trials',
    '--disable-features=IsolateOrigins,site-per-process',
    // Bars over the page would make it smaller than its window says.
    '--test-type',
    '--disable-infobars',
    // Larger than any window: the picture of one is cut off at the screen's edge.
    '--screen-info={1920x1200}',
    // What the app's main process was asked for is given without a question.
    '--auto-accept-this-tab-capture',
    ...CHROMIUM_ARGS,
    'about:blank',
  ];
  const child = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const endpoint = await new Promise<string>((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      reject(new Error(`Chromium did not start:\n${output}`));
    }, READY_MS);
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString();
      const told = /DevTools listening on (ws:\S+)/.exec(output)?.[1];
      if (told === undefined) return;
      clearTimeout(timer);
      resolve(told);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Chromium ended with ${String(code)}:\n${output}`));
    });
  });
  // However this process ends, its browser does not stay.
  process.once('exit', () => child.kill('SIGKILL'));
  const browser = await chromium.connectOverCDP(endpoint);
  return {
    browser,
    endpoint,
    async close() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
  };
}

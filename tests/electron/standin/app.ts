import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'electron';
import { note, state } from './state.js';
import { preventable, strict } from './strict.js';

const EVENTS = [
  'activate',
  'before-quit',
  'child-process-gone',
  'quit',
  'ready',
  'render-process-gone',
  'second-instance',
  'web-contents-created',
  'will-quit',
  'window-all-closed',
];

export const appEvents = new EventEmitter();
const paths = new Map<string, string>();
let name = 'stand-in';
let close = (): Promise<void> => Promise.resolve();

/** Ends the browser, at the end of all. */
export function onQuit(work: () => Promise<void>): void {
  close = work;
}

function beforeReady(what: string): void {
  if (state.isReady) throw new Error(`${what} can only be called before app is ready`);
}

export const app = strict<App>(
  'app',
  {
    isPackaged: false,
    isReady: () => state.isReady,
    whenReady: () =>
      state.isReady
        ? Promise.resolve()
        : new Promise((resolve) =>
            appEvents.once('ready', () => {
              resolve();
            }),
          ),
    getName: () => name,
    setName: (given) => {
      name = given;
    },
    getVersion: () => '0.0.0',
    getPath: (asked) => {
      const path =
        paths.get(asked) ?? (asked === 'userData' ? mkdtempSync(join(tmpdir(), 'fluxrec-userdata-')) : undefined);
      if (path === undefined) throw new Error(`stand-in: app.getPath('${asked}') is not implemented`);
      paths.set(asked, path);
      return path;
    },
    setPath: (given, path) => {
      if (!existsSync(path)) throw new Error(`Failed to set '${given}' path: it does not exist`);
      note('app.setPath', given, path);
      paths.set(given, path);
    },
    enableSandbox: () => {
      beforeReady('app.enableSandbox');
      note('app.enableSandbox');
    },
    requestSingleInstanceLock: () => {
      note('app.requestSingleInstanceLock');
      return true;
    },
    // Electron does it when this process has ended; here the test does, which learns of it by this word.
    relaunch: () => {
      note('app.relaunch');
      process.send?.({ relaunch: true });
    },
    quit: () => {
      if (state.isQuitting) return;
      const event = preventable({});
      appEvents.emit('before-quit', event);
      if (event.defaultPrevented) return;
      state.isQuitting = true;
      appEvents.emit('will-quit', event);
      void close().finally(() => {
        appEvents.emit('quit', {}, 0);
        process.exit(0);
      });
    },
  },
  appEvents,
  EVENTS,
);

export { beforeReady };

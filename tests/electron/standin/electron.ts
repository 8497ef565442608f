// The module `electron` of the main process, as far as the product uses it.
import type {
  CrashReporter,
  Dialog,
  PowerMonitor,
  Menu,
  MenuItemConstructorOptions,
  NativeTheme,
  Net,
  Protocol,
  SafeStorage,
  Shell,
} from 'electron';
import { app, beforeReady } from './app.js';
import { StandInBrowserWindow } from './browser-window.js';
import { ipcMain } from './ipc.js';
import { sessionOf } from './session.js';
import { note, state } from './state.js';
import { strict, strictClass } from './strict.js';

export let menu: readonly MenuItemConstructorOptions[] = [];

export const electron = strict<Partial<typeof import('electron')>>('electron', {
  app,
  BrowserWindow: StandInBrowserWindow,
  ipcMain: ipcMain.electron,
  crashReporter: strict<CrashReporter>('crashReporter', {
    start: (options) => {
      note('crashReporter.start', options);
    },
  }),
  powerMonitor: strict<PowerMonitor>('powerMonitor', {
    on: ((event: string) => {
      note('powerMonitor.on', event);
    }) as unknown as PowerMonitor['on'],
  }),
  dialog: strict<Dialog>('dialog', {
    showMessageBox: (...values: unknown[]) => {
      note('dialog.showMessageBox', ...values);
      return Promise.resolve({ response: 0, checkboxChecked: false });
    },
  }),
  Menu: strictClass<typeof Menu>(
    'Menu',
    () => {
      throw new Error('stand-in: new Menu is not implemented');
    },
    {
      // What a template says is what the test clicks.
      buildFromTemplate: (template) => template as unknown as Menu,
      setApplicationMenu: (given) => {
        menu = given as unknown as readonly MenuItemConstructorOptions[];
      },
    },
  ),
  net: strict<Net>('net', {
    fetch: (input, init) => {
      // As Electron does with headers that are its own to set.
      if (new Headers(init?.headers).has('Content-Length'))
        return Promise.reject(new Error('net::ERR_INVALID_ARGUMENT'));
      note('net.fetch', input);
      return fetch(input, init);
    },
  }),
  nativeTheme: strict<NativeTheme>('nativeTheme', { shouldUseDarkColors: false }),
  protocol: strict<Protocol>('protocol', {
    registerSchemesAsPrivileged: (schemes) => {
      beforeReady('protocol.registerSchemesAsPrivileged');
      // The last call counts, and only that.
      state.schemes.length = 0;
      for (const { scheme, privileges } of schemes) {
        if (privileges?.standard !== true || privileges.secure !== true) {
          throw new Error(`stand-in: only standard and secure schemes are implemented, not ${scheme}`);
        }
        state.schemes.push(scheme);
      }
      note('protocol.registerSchemesAsPrivileged', schemes);
    },
    handle: (scheme, handler) => {
      sessionOf('').electron.protocol.handle(scheme, handler);
    },
  }),
  // As on a Linux without a key store: the recorder must refuse it.
  safeStorage: strict<SafeStorage>('safeStorage', { getSelectedStorageBackend: () => 'basic_text' }),
  session: strict<(typeof import('electron'))['session']>('session', {
    get defaultSession() {
      return sessionOf('').electron;
    },
    fromPartition: (partition) => sessionOf(partition).electron,
  }),
  shell: strict<Shell>('shell', {
    openExternal: (url) => {
      note('shell.openExternal', url);
      return Promise.resolve();
    },
  }),
});

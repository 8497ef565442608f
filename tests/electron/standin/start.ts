// node standin.js out/main/electron.js: runs a built main process, which takes the stand-in for Electron.
import Module, { register } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, appEvents, onQuit } from './app.js';
import { useBrowser } from './browser-window.js';
import { listenToTest } from './control.js';
import { electron } from './electron.js';
import { launch, state } from './state.js';

const path = process.env['CHROMIUM'];
if (path === undefined) throw new Error('stand-in: CHROMIUM is not set');

Object.defineProperty(process.versions, 'electron', { value: '45.4.1' });
Object.defineProperty(process.versions, 'chrome', { value: 'of the stand-in' });

const KEY = 'electron-stand-in';
Object.assign(globalThis, { [KEY]: electron });

// `import … from 'electron'`: a module whose exports are what is implemented; any other name does not link.
const NAMES =
  'app, BrowserWindow, crashReporter, dialog, ipcMain, Menu, nativeTheme, protocol, safeStorage, session, shell';
const source = `export const { ${NAMES} } = globalThis['${KEY}'];`;
const url = `data:text/javascript,${encodeURIComponent(source)}`;
const hook = `export async function resolve(specifier, context, next) {
  return specifier === 'electron' ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

// `require('electron')`, as a function made by createRequire calls it.
type Load = (request: string, ...rest: unknown[]) => unknown;
const loader: { _load: Load } = Module as never;
const load: Load = loader._load.bind(Module);
loader._load = (request, ...rest) => (request === 'electron' ? electron : load(request, ...rest));

async function start(executable: string): Promise<void> {
  const { browser, endpoint, close } = await launch(executable, app.getPath('userData'));
  useBrowser(browser);
  onQuit(close);
  // As Electron does; the browser would stay.
  process.once('SIGTERM', () => void close().finally(() => process.exit(0)));
  listenToTest();
  state.isReady = true;
  appEvents.emit('ready', {});
  process.send?.({ endpoint });
}

const [main] = process.argv.splice(1, 1);
if (main === undefined || process.argv[1] === undefined) throw new Error('stand-in: which main process?');
try {
  // Electron is ready only after the app's main module has run.
  await import(pathToFileURL(resolve(process.argv[1])).href);
  await start(path);
} catch (error) {
  console.error(error);
  process.exit(1);
}

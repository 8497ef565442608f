// Fluxion's main process in Electron.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { app, BrowserWindow, protocol, session } from 'electron';
import { registerSchemes, startElectronHost } from 'fluxion-recorder/main';
import { InvoiceCache } from '../invoice-cache.js';
import { supportCommands } from '../support.js';
import { keepMenu } from './menu.js';
import { lockPermissions } from './permissions.js';
import { ORIGIN, SCHEME, serveFluxion } from './scheme.js';
import { openWindow } from './window.js';

// Chromium's own switches are among the arguments.
const { values } = parseArgs({
  // A packaged app is not told which script it is.
  args: process.argv.slice(app.isPackaged ? 1 : 2),
  options: {
    desk: { type: 'string' },
    data: { type: 'string' },
    // Whose technicians may propose commands. An app that is shipped has it in its code or its configuration.
    'root-key': { type: 'string', multiple: true, default: [] },
  },
  strict: false,
  allowPositionals: true,
});

app.setName('Fluxion');
if (typeof values.data === 'string') {
  const userData = resolve(values.data);
  mkdirSync(userData, { recursive: true });
  app.setPath('userData', userData);
}
app.enableSandbox();

if (app.requestSingleInstanceLock()) start();
else app.quit();

/** All of this before `ready`: nothing is awaited on the way here. */
function start(): void {
  const [desk] = textsOf(values.desk);
  const invoices = new InvoiceCache(join(app.getPath('userData'), 'invoices'));
  registerSchemes([SCHEME]);
  // The one call that an app adds to its main process.
  const host = startElectronHost({
    origins: [ORIGIN],
    app: { name: 'Fluxion', version: '1.0.0' },
    ...(desk === undefined ? {} : { desk: { url: desk } }),
    rootKeys: textsOf(values['root-key']),
    commands: supportCommands({ desk, invoices }),
  });

  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) {
      if (app.isReady()) openWindow(); // On macOS the app stays when its last window is closed.
      return;
    }
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  void app.whenReady().then(() => {
    protocol.handle('fluxion', (request) => serveFluxion(request, invoices));
    lockPermissions(session.defaultSession);
    keepMenu(host, openWindow);
    openWindow();
    console.log('Fluxion is open');
  });
}

/** An option that stands without its value is `true`. */
function textsOf(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

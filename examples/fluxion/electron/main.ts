// Fluxion's main process in Electron.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { app, BrowserWindow, protocol, session } from 'electron';
import { registerSchemes, startElectronHost } from 'fluxion-recorder/main';
import { keepMenu } from './menu.js';
import { ORIGIN, SCHEME, serveFluxion } from './scheme.js';
import { openWindow } from './window.js';

// Chromium's own switches are among the arguments.
const { values } = parseArgs({
  options: { desk: { type: 'string' }, data: { type: 'string' } },
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
  registerSchemes([SCHEME]);
  // The one call that an app adds to its main process.
  const host = startElectronHost({
    origins: [ORIGIN],
    app: { name: 'Fluxion', version: '1.0.0' },
    ...(typeof values.desk === 'string' ? { desk: { url: values.desk } } : {}),
  });

  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return;
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
    protocol.handle('fluxion', serveFluxion);
    // Fluxion asks for nothing that needs permission.
    session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => {
      decide(false);
    });
    session.defaultSession.setPermissionCheckHandler(() => false);
    keepMenu(host, openWindow);
    openWindow();
  });
}

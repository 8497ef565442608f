import { join } from 'node:path';
import { BrowserWindow, shell, type WebContents } from 'electron';
import { ORIGIN } from './scheme.js';

const START = `${ORIGIN}/`;
const PRELOAD = join(import.meta.dirname, '../preload/fluxion.cjs');

/** Opens one of Fluxion's windows: sandboxed, isolated, and bound to Fluxion's own origin. */
export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: 'Fluxion',
    webPreferences: {
      preload: PRELOAD,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  keepHome(window.webContents);
  window.loadURL(START).then(
    () => {
      // On Wayland a window that was never shown is never `ready-to-show` (https://github.com/electron/electron/issues/48859).
      if (!window.isDestroyed() && !window.isVisible()) window.show();
    },
    (error: unknown) => {
      console.error('Fluxion’s window could not be loaded', error);
    },
  );
  return window;
}

function keepHome(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isOwn(url)) openWindow();
    else if (url.startsWith('https://')) void shell.openExternal(url);
    return { action: 'deny' };
  });
  contents.on('will-frame-navigate', (details) => {
    if (!isOwn(details.url)) details.preventDefault();
  });
  contents.on('will-redirect', (details) => {
    if (!isOwn(details.url)) details.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
}

function isOwn(url: string): boolean {
  return url.startsWith(START);
}

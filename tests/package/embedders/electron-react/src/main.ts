import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { app, BrowserWindow, Menu, protocol } from 'electron';
import { registerSchemes, startElectronHost } from 'fluxion-recorder/main';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
const documents = join(import.meta.dirname, '../renderer');

app.setName('Shop');
if (process.env['USER_DATA'] !== undefined) app.setPath('userData', process.env['USER_DATA']);
registerSchemes([{ scheme: 'shop', privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
const host = startElectronHost({
  origins: ['shop://app'],
  app: { name: 'Shop', version: '1.0.0' },
  ...(process.env['DESK'] === undefined ? {} : { desk: { url: process.env['DESK'] } }),
});

void app.whenReady().then(() => {
  protocol.handle('shop', async (request) => {
    const { pathname } = new URL(request.url);
    const file = pathname === '/' ? 'index.html' : /^\/assets\/[\w.-]+$/.exec(pathname)?.[0];
    if (file === undefined) return new Response(null, { status: 404 });
    const bytes = await readFile(join(documents, file));
    return new Response(new Uint8Array(bytes), {
      headers: {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Content-Security-Policy': "default-src 'self'",
      },
    });
  });
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      { role: 'help', submenu: [{ label: 'Send Diagnostics…', click: () => void host.openPanel('send') }] },
    ]),
  );
  const window = new BrowserWindow({
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
    },
  });
  void window.loadURL('shop://app/');
});

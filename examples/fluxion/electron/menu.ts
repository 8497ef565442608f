import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { ElectronHost } from 'fluxion-recorder/main';

/** The application menu. It is built anew when the recording was paused or resumed, wherever that was done. */
export function keepMenu(host: ElectronHost, openWindow: () => void): void {
  let shownPaused: boolean | undefined;
  const show = (): void => {
    if (shownPaused === host.paused) return;
    shownPaused = host.paused;
    Menu.setApplicationMenu(Menu.buildFromTemplate(template(host, openWindow)));
  };
  show();
  host.onChange(show);
}

function template(host: ElectronHost, openWindow: () => void): MenuItemConstructorOptions[] {
  const isMac = process.platform === 'darwin';
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        { label: 'New Window', accelerator: 'CmdOrCtrl+N', click: openWindow },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [{ role: 'reload' }, { role: 'togglefullscreen' }, ...devTools()],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        {
          label: 'Send Diagnostics…',
          accelerator: 'CmdOrCtrl+Shift+D',
          click: () => void host.openPanel('send'),
        },
        {
          label: host.paused ? 'Resume Recording' : 'Pause Recording',
          click: () => void host.setPaused(!host.paused),
        },
        { label: 'Wipe Recording…', click: () => void host.openPanel('wipe') },
        { label: 'Recording…', click: () => void host.openPanel('recording') },
      ],
    },
  ];
}

function devTools(): MenuItemConstructorOptions[] {
  return app.isPackaged ? [] : [{ role: 'toggleDevTools' }];
}

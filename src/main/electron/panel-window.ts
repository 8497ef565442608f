import type { BrowserWindow } from 'electron';
import type { Host } from '../services/host.js';
import type { PanelView } from '../services/recorder-handlers.js';
import type { ElectronModule } from './electron-module.js';
import { ElectronHostError } from './errors.js';
import { openPanelChannel } from './panel-channel.js';
import { PANEL_URL } from './panel-scheme.js';
import { panelSession } from './panel-session.js';
import { lockPanel } from './window-lock.js';
import { windowInUse } from './window-in-use.js';

export interface PanelWindowOptions {
  readonly electron: ElectronModule;
  /** The build's renderer output, with Vite's manifest. */
  readonly documentDir: string;
  readonly preload: string;
}

const WIDTH = 960;
const HEIGHT = 780;
/** As narrow as the panel's document is made for. */
const MIN_WIDTH = 360;
const MIN_HEIGHT = 480;
/** The panel's own ground (panel/tokens.css), so that the window does not flash before it paints. */
const LIGHT = '#f6f7f9';
const DARK = '#14171c';

/** The panel: one window of its own, a child of the window in use, with its own session, preload and channels. */
export class PanelWindow {
  readonly #options: PanelWindowOptions;
  #window: BrowserWindow | undefined;
  #opening = Promise.resolve();

  constructor(options: PanelWindowOptions) {
    this.#options = options;
  }

  /** Shows it, or brings it to the front and tells it: what the customer is writing stays. Rejects with `panel-missing`. */
  open(host: Host, view: PanelView): Promise<void> {
    // One after the other: a second load would break off the first.
    const opened = this.#opening.then(() => this.#open(host, view));
    this.#opening = opened.catch(() => undefined);
    return opened;
  }

  close(): void {
    this.#window?.close();
  }

  destroy(): void {
    this.#window?.destroy();
  }

  async #open(host: Host, view: PanelView): Promise<void> {
    const url = `${PANEL_URL}#${view}`;
    if (this.#window === undefined) {
      const created = this.#create(host);
      this.#window = created;
      await this.#load(created, url);
      // On Wayland a window that was never shown is never `ready-to-show` (https://github.com/electron/electron/issues/48859).
      if (!created.isDestroyed() && !created.isVisible()) created.show();
      return;
    }
    const window = this.#window;
    // Only the fragment differs, so the document stays; to the very same address it would load anew.
    if (window.webContents.getURL() !== url) await window.loadURL(url).catch(() => undefined);
    if (window.isDestroyed()) return;
    host.panels.tellAll('asked', { view });
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  #create(host: Host): BrowserWindow {
    const { electron, documentDir, preload } = this.#options;
    const parent = windowInUse(electron.BrowserWindow);
    const window = new electron.BrowserWindow({
      width: WIDTH,
      height: HEIGHT,
      minWidth: MIN_WIDTH,
      minHeight: MIN_HEIGHT,
      title: 'Send Diagnostics',
      ...(parent === undefined ? {} : { parent }),
      show: false,
      fullscreenable: false,
      autoHideMenuBar: true,
      backgroundColor: electron.nativeTheme.shouldUseDarkColors ? DARK : LIGHT,
      webPreferences: {
        preload,
        session: panelSession(electron, documentDir),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        navigateOnDragDrop: false,
        // Its dictionaries would be downloaded.
        spellcheck: false,
      },
    });
    const { webContents } = window;
    lockPanel(webContents);
    openPanelChannel(webContents, host);
    // The app's menu is for the app's windows.
    if (process.platform !== 'darwin') window.removeMenu();
    window.once('ready-to-show', () => {
      window.show();
    });
    window.once('closed', () => {
      if (this.#window === window) this.#window = undefined;
      // By its close button, with its parent, or by a crash: its document had no time to say so.
      host.panelGone().catch(() => undefined); // What is left is erased when the app starts again.
    });
    webContents.on('render-process-gone', () => {
      window.destroy();
    });
    return window;
  }

  async #load(window: BrowserWindow, url: string): Promise<void> {
    try {
      await window.loadURL(url);
    } catch (error) {
      if (window.isDestroyed()) return; // Closed before it was there: what the customer wanted.
      window.destroy();
      throw new ElectronHostError('panel-missing', { cause: error });
    }
  }
}

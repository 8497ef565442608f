import { EventEmitter } from 'node:events';
import type { BrowserWindow, BrowserWindowConstructorOptions, WebContents } from 'electron';
import type { Browser } from 'playwright-core';
import { app, appEvents } from './app.js';
import { state } from './state.js';
import { strict, strictClass } from './strict.js';
import { StandInContents } from './web-contents.js';

const EVENTS = ['close', 'closed', 'focus', 'ready-to-show', 'show'];

let lastId = 0;
let browser: Browser | undefined;

export function useBrowser(one: Browser): void {
  browser = one;
}

/** One window: its contents, and what a person would see of it. */
export class StandInWindow {
  readonly id: number;
  readonly options: BrowserWindowConstructorOptions;
  readonly contents: StandInContents;
  readonly electron: BrowserWindow;
  isVisible: boolean;
  readonly #emitter = new EventEmitter();
  #isDestroyed = false;
  #isLoaded = false;

  constructor(options: BrowserWindowConstructorOptions) {
    if (browser === undefined || !state.isReady) throw new Error('Cannot create BrowserWindow before app is ready');
    lastId += 1;
    this.id = lastId;
    this.options = options;
    this.isVisible = options.show !== false;
    const { webPreferences = {}, width = 800, height = 600 } = options;
    this.contents = new StandInContents(this.id, browser, webPreferences, { width, height });
    this.contents.emitter.once('destroyed', () => {
      this.destroy();
    });
    this.electron = strict<BrowserWindow>(
      'BrowserWindow',
      {
        id: this.id,
        webContents: this.contents.electron,
        loadURL: (url) => this.#load(url),
        show: () => {
          this.isVisible = true;
          this.#emitter.emit('show');
          this.#tellReady();
        },
        focus: () => {
          focus(this);
        },
        isDestroyed: () => this.#isDestroyed,
        isMinimized: () => false,
        isVisible: () => this.isVisible,
        removeMenu: () => undefined,
        close: () => {
          this.destroy();
        },
        destroy: () => {
          this.destroy();
        },
      },
      this.#emitter,
      EVENTS,
    );
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    const index = windows.indexOf(this);
    if (index >= 0) windows.splice(index, 1);
    this.contents.destroy();
    this.#emitter.emit('closed');
    // A child goes with its parent.
    for (const child of windows.filter(({ options }) => options.parent === this.electron)) child.destroy();
    if (windows.length > 0 || state.isQuitting) return;
    if (appEvents.listenerCount('window-all-closed') > 0) appEvents.emit('window-all-closed');
    else app.quit();
  }

  async #load(url: string): Promise<void> {
    await this.contents.load(url);
    this.#isLoaded = true;
    this.#tellReady();
  }

  /** As on Wayland: of a window that was never shown nothing is drawn, and so it is never ready. */
  #tellReady(): void {
    if (this.isVisible && this.#isLoaded) this.#emitter.emit('ready-to-show');
  }
}

/** In the order in which they were in use: the last one has the focus. */
export const windows: StandInWindow[] = [];

function focus(window: StandInWindow): void {
  windows.splice(windows.indexOf(window), 1);
  windows.push(window);
}

function create(options: BrowserWindowConstructorOptions = {}): BrowserWindow {
  const window = new StandInWindow(options);
  windows.push(window);
  appEvents.emit('web-contents-created', {}, window.contents.electron);
  const contents = window.contents;
  contents.emitter.on('render-process-gone', (_event: unknown, details: unknown) => {
    appEvents.emit('render-process-gone', {}, contents.electron satisfies WebContents, details);
  });
  return window.electron;
}

export const StandInBrowserWindow = strictClass<typeof BrowserWindow>('BrowserWindow', create, {
  getAllWindows: () => windows.map(({ electron }) => electron),
  getFocusedWindow: () => windows.findLast(({ isVisible }) => isVisible)?.electron ?? null,
});

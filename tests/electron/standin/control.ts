// What the test asks of the process, over the child's own channel: what a person does outside of the pages, and what a test
// could not see otherwise.
import type { MenuItemConstructorOptions, WebFrameMain, WebPreferences } from 'electron';
import { appEvents, app } from './app.js';
import { StandInBrowserWindow, windows } from './browser-window.js';
import { answerDisplayMedia, type DisplayMediaAnswer } from './display-media.js';
import { menu } from './electron.js';
import { sessionOf } from './session.js';
import { state, type Noted } from './state.js';
import { strict } from './strict.js';
import type { CaptureAsked } from './worlds/messages.js';

export interface SeenWindow {
  readonly id: number;
  readonly title: string;
  readonly url: string;
  readonly isVisible: boolean;
  readonly parent: number | undefined;
  readonly partition: string;
  readonly preferences: Readonly<Record<string, unknown>>;
}

/** Each question, and its answer. */
export interface Control {
  menu(label: string, item: string): void;
  labels(label: string): string[];
  windows(): SeenWindow[];
  /** A window as a careless app could open it. */
  openWindow(url: string, preferences: WebPreferences): Promise<number>;
  closeWindow(id: number): void;
  crashWindow(id: number): Promise<void>;
  /** What the session's handlers would answer to a page. */
  permission(partition: string, permission: string, url: string): Promise<{ request: boolean; check: boolean }>;
  /** What the display media handler answers when a window's page, or a frame in it, asks. */
  displayMedia(id: number, asks: Omit<CaptureAsked, 'hasVideo'> & { isInFrame: boolean }): Promise<DisplayMediaAnswer>;
  emitApp(event: string, details: unknown): void;
  noted(): Noted[];
  quit(): void;
}

function submenuOf(label: string): readonly MenuItemConstructorOptions[] {
  const entry = menu.find((one) => one.label === label || one.role === label);
  if (!Array.isArray(entry?.submenu)) throw new Error(`stand-in: there is no menu ${label}`);
  return entry.submenu;
}

function windowOf(id: number): (typeof windows)[number] {
  const found = windows.find((window) => window.id === id);
  if (found === undefined) throw new Error(`stand-in: there is no window ${id}`);
  return found;
}

/** A frame inside of another one, as a request names it. */
function frameIn(parent: WebFrameMain): WebFrameMain {
  const { origin } = parent;
  return strict<WebFrameMain>('WebFrameMain', { parent, origin, detached: false, isDestroyed: () => false });
}

type Decide = (isGranted: boolean) => void;

const control: Control = {
  menu(label, item) {
    const found = submenuOf(label).find((one) => one.label === item);
    if (found?.click === undefined) throw new Error(`stand-in: there is no item ${label} → ${item}`);
    (found.click as () => void)();
  },
  labels: (label) => submenuOf(label).flatMap((item) => item.label ?? []),
  windows: () =>
    windows.map(({ id, options, contents, isVisible }) => {
      const { sandbox, contextIsolation, nodeIntegration, webviewTag } = contents.preferences;
      return {
        id,
        title: options.title ?? '',
        url: contents.electron.getURL(),
        isVisible,
        parent: options.parent?.id,
        partition: contents.session.partition,
        preferences: { sandbox, contextIsolation, nodeIntegration, webviewTag },
      };
    }),
  async openWindow(url, webPreferences) {
    const window = new StandInBrowserWindow({ webPreferences });
    try {
      await window.loadURL(url);
    } catch (error) {
      window.destroy();
      throw error;
    }
    return window.id;
  },
  closeWindow(id) {
    windowOf(id).destroy();
  },
  async crashWindow(id) {
    await windowOf(id).contents.crash();
  },
  async permission(partition, permission, url) {
    const session = sessionOf(partition);
    const request = await new Promise<boolean>((resolve) => {
      const ask = session.request as ((c: unknown, p: string, d: Decide, details: unknown) => void) | null;
      if (ask === null) resolve(true);
      else ask(null, permission, resolve, { requestingUrl: url, isMainFrame: true });
    });
    const check = session.check as unknown as ((c: unknown, p: string, origin: string, d: unknown) => boolean) | null;
    return { request, check: check?.(null, permission, new URL('/', url).href, {}) ?? true };
  },
  async displayMedia(id, { isInFrame, ...asks }) {
    const { contents } = windowOf(id);
    const main = contents.electron.mainFrame;
    return await answerDisplayMedia(contents.session, isInFrame ? frameIn(main) : main, { ...asks, hasVideo: true });
  },
  emitApp(event, details) {
    appEvents.emit(event, {}, details);
  },
  noted: () => state.noted,
  quit() {
    app.quit();
  },
};

interface Question {
  readonly id: number;
  readonly name: keyof Control;
  readonly values: readonly unknown[];
}

export function listenToTest(): void {
  process.on('message', (message) => {
    const { id, name, values } = message as Question;
    const answer = async (): Promise<void> => {
      try {
        const value: unknown = await (control[name] as (...all: readonly unknown[]) => unknown)(...values);
        process.send?.({ id, value });
      } catch (error) {
        process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
      }
    };
    void answer();
  });
}

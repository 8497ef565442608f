import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IpcMainInvokeEvent, WebContents, WebPreferences } from 'electron';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { decode } from './codec.js';
import { mayCapture } from './display-media.js';
import { Frames, type CdpFrame, type StandInFrame } from './frames.js';
import { ipcMain, StandInIpc } from './ipc.js';
import { newWindow } from './new-window.js';
import { fromWeb, toWeb } from './origins.js';
import { standInOf, type StandInSession } from './session.js';
import { state } from './state.js';
import { preventable, strict } from './strict.js';
import { PRELOAD_WORLD, SEND, type ToProcess } from './worlds/messages.js';
import { worldScript } from './worlds.js';

const EVENTS = [
  'destroyed',
  'did-fail-load',
  'did-navigate',
  'preload-error',
  'render-process-gone',
  'responsive',
  'unresponsive',
  'will-attach-webview',
  'will-frame-navigate',
  'will-navigate',
  'will-redirect',
];
/** Chromium's ERR_FAILED. */
const FAILED = -2;

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

/** The contents of one window: a page in its session's browser context. */
export class StandInContents {
  readonly emitter = new EventEmitter();
  readonly electron: WebContents;
  readonly session: StandInSession;
  readonly preferences: WebPreferences;
  readonly opened: Promise<Page>;
  readonly #ipc = new StandInIpc('WebContents.ipc');
  #page: Page | undefined;
  #frames: Frames | undefined;
  #cdp: CDPSession | undefined;
  #port = 0;
  #openHandler: OpenHandler | undefined;
  /** Navigations that the process itself began: no event asks about them. */
  readonly #ownLoads = new Set<string>();
  #isDestroyed = false;

  constructor(id: number, browser: Browser, preferences: WebPreferences, size: { width: number; height: number }) {
    this.preferences = preferences;
    this.session = standInOf(preferences.session);
    const frames = (): Frames => {
      if (this.#frames === undefined) throw new Error('stand-in: the page is not open yet');
      return this.#frames;
    };
    this.electron = strict<WebContents>(
      'WebContents',
      {
        id,
        ipc: this.#ipc.electron,
        session: this.session.electron,
        get mainFrame() {
          return frames().main.electron;
        },
        getURL: () => fromWeb(this.#page?.url() ?? ''),
        isDestroyed: () => this.#isDestroyed,
        setWindowOpenHandler: (handler) => {
          this.#openHandler = handler;
        },
      },
      this.emitter,
      EVENTS,
    );
    this.opened = this.#open(browser, size);
  }

  async load(url: string): Promise<void> {
    const page = await this.opened;
    const web = toWeb(url, state.schemes, this.#port);
    this.#ownLoads.add(web.split('#', 1)[0] ?? '');
    await page.goto(web);
  }

  async crash(): Promise<void> {
    const gone = new Promise((resolve) => this.emitter.once('render-process-gone', resolve));
    void this.#cdp?.send('Page.crash').catch(() => undefined);
    await gone;
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#frames?.destroy();
    this.emitter.emit('destroyed');
    void this.#page?.close().catch(() => undefined);
  }

  async #open(browser: Browser, size: { width: number; height: number }): Promise<Page> {
    const { context, port } = await this.session.open(browser);
    this.#port = port;
    const page = await newWindow(browser, context, size);
    await page.setViewportSize(size);
    const cdp = await context.newCDPSession(page);
    this.#page = page;
    this.#cdp = cdp;
    this.#frames = new Frames(cdp);
    this.#follow(page, cdp, this.#frames);
    await cdp.send('Page.enable');
    await this.#frames.start();
    await cdp.send('Runtime.enable');
    await cdp.send('Runtime.addBinding', { name: SEND, executionContextName: PRELOAD_WORLD });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: this.#inFrames(worldScript('page-world')) });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { worldName: PRELOAD_WORLD, source: this.#preload() });
    await cdp.send('Fetch.enable', { patterns: [{ resourceType: 'Document' }] });
    return page;
  }

  /** A preload script runs in the main frame alone, unless the window says otherwise. */
  #inFrames(script: string): string {
    return this.preferences.nodeIntegrationInSubFrames === true ? script : `if (window === window.top) {${script}\n}`;
  }

  #preload(): string {
    const { preload } = this.preferences;
    if (preload === undefined) return '';
    const source = readFileSync(preload, 'utf8');
    const run = `(function (require, module, exports) {${source}\n})(__standinRequire, { exports: {} }, {});`;
    return this.#inFrames(`${worldScript('preload-world')};${run}`);
  }

  #follow(page: Page, cdp: CDPSession, frames: Frames): void {
    cdp.on('Page.frameNavigated', ({ frame }) => {
      this.#navigated(frames, frame);
    });
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === SEND) void this.#receive(frames, executionContextId, decode(payload) as ToProcess);
    });
    cdp.on('Fetch.requestPaused', ({ requestId, request, frameId, redirectedRequestId }) => {
      const asked = { url: request.url, frameId, isRedirect: redirectedRequestId !== undefined };
      const isAllowed = this.#ask(frames, asked);
      const answer = isAllowed
        ? cdp.send('Fetch.continueRequest', { requestId })
        : cdp.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      answer.catch(() => undefined);
    });
    const opens: string[] = [];
    cdp.on('Page.windowOpen', ({ url }) => opens.push(fromWeb(url)));
    page.on('popup', (popup) => {
      const details = { url: opens.shift() ?? '', frameName: '', disposition: 'new-window' };
      // Whatever is answered: the app opens its own windows, and no other was asked for yet.
      if (this.#openHandler?.(details as Parameters<OpenHandler>[0]).action !== 'deny') {
        throw new Error('stand-in: windows that a page opens are not implemented');
      }
      void popup.close().catch(() => undefined);
    });
    page.on('crash', () => {
      this.emitter.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
    });
    page.on('close', () => {
      this.destroy();
    });
  }

  #navigated(frames: Frames, frame: CdpFrame): void {
    frames.add(frame.id, frame.parentId).navigated(frame);
    if (!frames.isMain(frame.id)) return;
    if (frame.unreachableUrl === undefined) this.emitter.emit('did-navigate', {}, fromWeb(frame.url), 200, 'OK');
    else this.emitter.emit('did-fail-load', {}, FAILED, 'ERR_FAILED', fromWeb(frame.unreachableUrl), true, 1, 1);
  }

  /** Whether the listeners let a frame go there. */
  #ask(frames: Frames, asked: { url: string; frameId: string; isRedirect: boolean }): boolean {
    if (this.#ownLoads.delete(asked.url)) return true;
    const isMainFrame = frames.isMain(asked.frameId);
    const details = preventable({ url: fromWeb(asked.url), isMainFrame, isSameDocument: false });
    if (asked.isRedirect) this.emitter.emit('will-redirect', details);
    else this.emitter.emit('will-frame-navigate', details);
    if (isMainFrame && !asked.isRedirect) this.emitter.emit('will-navigate', details, details.url);
    return !details.defaultPrevented;
  }

  async #receive(frames: Frames, world: number, message: ToProcess): Promise<void> {
    const frame = frames.ofWorld(world);
    if (frame === undefined) return;
    const { id } = message;
    try {
      const value =
        message.type === 'display-media'
          ? await mayCapture(this.electron, this.session, frame.electron, message)
          : await this.#invoke(frame, message.channel, message.values);
      if (frame.world === world) frame.post({ type: 'answer', id, value });
    } catch (error) {
      if (frame.world === world) frame.post({ type: 'refusal', id, message: (error as Error).message });
    }
  }

  async #invoke(frame: StandInFrame, channel: string, values: readonly unknown[]): Promise<unknown> {
    const event = { type: 'frame', sender: this.electron, senderFrame: frame.electron } as IpcMainInvokeEvent;
    const scoped = [this.#ipc, ipcMain].find((ipc) => ipc.has(channel));
    try {
      if (scoped === undefined) throw new Error(`No handler registered for '${channel}'`);
      return await scoped.invoke(channel, event, values);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Error invoking remote method '${channel}': ${reason}`, { cause: error });
    }
  }
}

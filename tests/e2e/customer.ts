import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { start, type Running } from '../../scripts/built.js';

const READY = /Fluxion is at (\S+)/;

/** Fluxion as it runs on the customer's computer. */
export interface Customer {
  /** Where its host process keeps its data. */
  readonly dataDir: string;
  /** Where its pages are. */
  readonly url: string;
  start(): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** A window of it that records: in a context (profile) of its own or in a given one, where it runs in a browser. */
  open(context?: BrowserContext): Promise<Page>;
  /** What its process printed. */
  output(): string;
  /** A restart of its process, which a technician may propose, leaves its windows open. */
  readonly keepsWindows: boolean;
  /** After such a restart: the window that was open, or the one that the app opened instead of it. */
  restarted(page: Page): Promise<Page>;
  /** Of what it may be asked to look at: names, and what is done with each. */
  readonly endpoints: readonly string[];
  /** Caches that may be emptied, as the customer reads of them, and the folder of the first. */
  readonly caches: readonly RegExp[];
  readonly invoices: string;
}

export interface CustomerOptions {
  readonly dir: string;
  /** The desk as the customer reaches it. */
  readonly desk: () => string;
  readonly rootKey: string;
}

/** The panel: inside of the app's window, or in one of its own. */
export type Panel = Pick<FrameLocator, 'getByLabel' | 'getByPlaceholder' | 'getByRole' | 'getByText' | 'locator'>;

/** Of apps whose panel is a window of its own: the panel that is open, and when it is or is not. */
export interface PanelWindow {
  readonly page: () => Page;
  readonly opened: () => Promise<void>;
  readonly closed: () => Promise<void>;
}

const panelWindows = new WeakMap<Page, PanelWindow>();

/** Says that the panel of this page's app is a window of its own. */
export function hasPanelWindow(page: Page, panel: PanelWindow): void {
  panelWindows.set(page, panel);
}

/** The panel of this page's app, which is open or is about to be. */
export function panelOf(page: Page): Panel {
  return panelWindows.get(page)?.page() ?? page.frameLocator('dialog iframe');
}

export async function panelOpened(page: Page): Promise<Panel> {
  await panelWindows.get(page)?.opened();
  return panelOf(page);
}

export async function panelClosed(page: Page): Promise<void> {
  await (panelWindows.get(page)?.closed() ?? page.locator('dialog iframe').waitFor({ state: 'detached' }));
}

/** Fluxion in a browser, with its host process as a web server. */
export function webCustomer({ dir, desk, rootKey }: CustomerOptions, browser: Browser): Customer {
  let process: Running | undefined;
  let url = '';
  return {
    dataDir: dir,
    get url() {
      return url;
    },
    async start() {
      // The same port again after a restart, as a real app has it.
      const port = url === '' ? '0' : new URL(url).port;
      process = await start(
        'fluxion',
        ['--port', port, '--data', dir, '--desk', desk(), `--root-key=${rootKey}`],
        READY,
      );
      url = process.told;
    },
    async stop(signal) {
      await process?.stop(signal);
    },
    async open(context) {
      const own = context ?? (await browser.newContext({ viewport: { width: 1280, height: 800 } }));
      const page = await own.newPage();
      await page.goto(url);
      await page.getByText('Diagnostics are being recorded').waitFor();
      return page;
    },
    output: () => process?.output() ?? '',
    keepsWindows: true,
    restarted: (page) => Promise.resolve(page),
    endpoints: ['Rates', 'Notices', 'Support desk', 'TCP', 'HTTP', 'WebSocket'],
    caches: [/Printed invoices: .* would be deleted/],
    invoices: `${dir}-invoices`,
  };
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type FrameLocator, type Page } from 'playwright-core';
import { start, type Running } from '../../scripts/built.js';
import { Organisation } from '../../scripts/organisation.js';
import { CuttingProxy } from '../lab/cutting-proxy.js';
import { freePort } from '../lab/free-port.js';
import { CHROMIUM_ARGS, NO_CHROMIUM, provideChromium } from '../lab/chromium.js';

// The whole product as two people meet it: Fluxion on the customer's side, the desk on the technician's. Real processes,
// real Chromium; what the tests do is what a person could do.

const DESK_READY = /(http\S+#code=\S+)/;
const FLUXION_READY = /Fluxion is at (\S+)/;

export interface Product {
  readonly dir: string;
  readonly fluxionUrl: string;
  readonly deskUrl: string;
  readonly browser: Browser;
  /** Whose technicians Fluxion listens to. */
  readonly organisation: Organisation;
  /** Between customer and desk, where one was asked for; the technician reaches the desk directly. */
  readonly network: CuttingProxy | undefined;
  /** The customer opens Fluxion in a context (profile) of its own, or in a given one. */
  openFluxion(context?: BrowserContext): Promise<Page>;
  /** A technician opens the desk: the first by the printed link, which signs in once; another by the desk's token. */
  openDesk(context?: BrowserContext): Promise<Page>;
  startDesk(): Promise<void>;
  stopDesk(signal?: NodeJS.Signals): Promise<void>;
  startFluxion(): Promise<void>;
  stopFluxion(signal?: NodeJS.Signals): Promise<void>;
  /** What the processes printed, for a failing test. */
  output(): string;
  close(): Promise<void>;
}

export function chromiumPath(): string {
  const path = provideChromium();
  if (path === undefined) throw new Error(NO_CHROMIUM);
  return path;
}

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
}

/** A Chromium with a profile on disk, which can be killed and started again. */
export async function launchProfile(profile: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(profile, { executablePath: chromiumPath(), args: CHROMIUM_ARGS });
}

export interface ProductOptions {
  /** Where the desk keeps its reports, in place of its folder. */
  readonly deskEnvironment?: NodeJS.ProcessEnv;
  /** The customer reaches the desk through a network that can be cut. */
  readonly hasNetwork?: boolean;
}

export async function startProduct({
  deskEnvironment = {},
  hasNetwork = false,
}: ProductOptions = {}): Promise<Product> {
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-e2e-'));
  const organisation = await Organisation.open(join(dir, 'organisation'), join(dir, 'desk', 'technicians.json'));
  const deskPort = hasNetwork ? await freePort() : 0;
  const network = hasNetwork ? await CuttingProxy.start(deskPort) : undefined;
  let desk: Running | undefined;
  let fluxion: Running | undefined;
  let deskUrl = '';
  let fluxionUrl = '';
  let usedLink = '';

  const startDesk = async (): Promise<void> => {
    // The same port again after a restart, as a real server has it.
    const port = deskUrl === '' ? String(deskPort) : new URL(deskUrl).port;
    const environment = { ...process.env, ...deskEnvironment };
    const behind = network === undefined ? [] : ['--pinned', '--public-url', network.url];
    desk = await start('desk', ['--port', port, '--data', join(dir, 'desk'), ...behind], DESK_READY, environment);
    deskUrl = network === undefined ? new URL(desk.told).origin : `http://127.0.0.1:${port}`;
  };
  const startFluxion = async (): Promise<void> => {
    const port = fluxionUrl === '' ? '0' : new URL(fluxionUrl).port;
    fluxion = await start(
      'fluxion',
      [
        ...['--port', port, '--data', join(dir, 'fluxion'), '--desk', network?.url ?? deskUrl],
        ...['--root-key', organisation.rootKey],
      ],
      FLUXION_READY,
    );
    fluxionUrl = fluxion.told;
  };

  await startDesk();
  await startFluxion();
  const browser = await launchChromium();
  return {
    dir,
    browser,
    organisation,
    network,
    get fluxionUrl() {
      return fluxionUrl;
    },
    get deskUrl() {
      return deskUrl;
    },
    async openFluxion(context) {
      const page = await (context ?? (await browser.newContext({ viewport: { width: 1280, height: 800 } }))).newPage();
      await page.goto(fluxionUrl);
      await page.getByText('Diagnostics are being recorded').waitFor();
      return page;
    },
    async openDesk(context) {
      const page = await (context ?? (await browser.newContext({ viewport: { width: 1440, height: 900 } }))).newPage();
      const link = deskUrl + new URL(desk?.told ?? deskUrl).hash;
      await page.goto(link === usedLink ? deskUrl : link);
      if (link === usedLink) {
        await page.getByLabel('Desk token').fill((await readFile(join(dir, 'desk', 'token'), 'utf8')).trim());
        await page.getByLabel('Your name').fill('Second technician');
        await page.getByRole('button', { name: 'Sign in' }).click();
      }
      usedLink = link;
      await page.getByRole('heading', { name: 'Inbox' }).waitFor();
      return page;
    },
    startDesk,
    async stopDesk(signal) {
      await desk?.stop(signal);
    },
    startFluxion,
    async stopFluxion(signal) {
      await fluxion?.stop(signal);
    },
    output: () => `desk:\n${desk?.output() ?? ''}\nfluxion:\n${fluxion?.output() ?? ''}`,
    async close() {
      await browser.close();
      await Promise.all([desk?.stop(), fluxion?.stop()]);
      await network?.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The panel's frame inside Fluxion's window. */
export function panelOf(page: Page): FrameLocator {
  return page.frameLocator('dialog iframe');
}

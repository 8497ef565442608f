import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { start, type Running } from '../../scripts/built.js';
import { Organisation } from '../../scripts/organisation.js';
import { CuttingProxy } from '../lab/cutting-proxy.js';
import { freePort } from '../lab/free-port.js';
import { CHROMIUM_ARGS, chromiumPath } from '../lab/chromium.js';
import { launchCapturing } from '../integration/screen/screen-site.js';
import { webCustomer, type Customer } from './customer.js';
import { electronCustomer } from './electron-customer.js';

export { chromiumPath } from '../lab/chromium.js';
export { panelOf } from './customer.js';

// The whole product as two people meet it: Fluxion on the customer's side, the desk on the technician's. Real processes,
// real Chromium; what the tests do is what a person could do.

const DESK_READY = /(http\S+#code=\S+)/;

export interface Product {
  readonly dir: string;
  /** Where the customer's host process keeps its data. */
  readonly dataDir: string;
  readonly fluxionUrl: string;
  readonly deskUrl: string;
  readonly browser: Browser;
  /** What differs between Fluxion in a browser and in Electron. */
  readonly customer: Customer;
  /** Whose technicians Fluxion listens to. */
  readonly organisation: Organisation;
  /** Between customer and desk, where one was asked for; the technician reaches the desk directly. */
  readonly network: CuttingProxy | undefined;
  /** The customer opens Fluxion in a context (profile) of its own, or in a given one. */
  openFluxion(context?: BrowserContext): Promise<Page>;
  /** The customer opens Fluxion where a page that asks for the picture of its own window is given it. */
  openCapturing(): Promise<Page>;
  /** A profile on the disk, to open windows of; undefined in Electron, where all windows are of one. */
  openProfile(name: string): Promise<BrowserContext | undefined>;
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

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
}

/** A Chromium with a profile on disk, which can be killed and started again. */
export async function launchProfile(profile: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(profile, { executablePath: chromiumPath(), args: CHROMIUM_ARGS });
}

/** The customer has Fluxion in Electron or, where that is not, over the stand-in for it; otherwise in a browser. */
export const isElectron = process.env['FLUXREC_HOST'] === 'electron';

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
  let deskUrl = '';
  let usedLink = '';

  const startDesk = async (): Promise<void> => {
    // The same port again after a restart, as a real server has it.
    const port = deskUrl === '' ? String(deskPort) : new URL(deskUrl).port;
    const environment = { ...process.env, ...deskEnvironment };
    const behind = network === undefined ? [] : ['--pinned', '--public-url', network.url];
    desk = await start('desk', ['--port', port, '--data', join(dir, 'desk'), ...behind], DESK_READY, environment);
    deskUrl = network === undefined ? new URL(desk.told).origin : `http://127.0.0.1:${port}`;
  };
  const browser = await launchChromium();
  const options = {
    dir: join(dir, 'fluxion'),
    desk: () => network?.url ?? deskUrl,
    rootKey: organisation.rootKey,
  };
  const fluxion = isElectron ? electronCustomer(options) : webCustomer(options, browser);

  let capturing: Browser | undefined;

  await startDesk();
  await fluxion.start();
  return {
    dir,
    customer: fluxion,
    dataDir: fluxion.dataDir,
    browser,
    organisation,
    network,
    get fluxionUrl() {
      return fluxion.url;
    },
    get deskUrl() {
      return deskUrl;
    },
    openFluxion: (context) => fluxion.open(context),
    async openCapturing() {
      // Its main process answers for a page there.
      if (isElectron) return await fluxion.open();
      capturing ??= await launchCapturing(chromiumPath());
      return await fluxion.open(
        await capturing.newContext({ viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' }),
      );
    },
    openProfile: async (name) => (isElectron ? undefined : await launchProfile(join(dir, name))),
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
    startFluxion: () => fluxion.start(),
    stopFluxion: (signal) => fluxion.stop(signal),
    output: () => `desk:\n${desk?.output() ?? ''}\nfluxion:\n${fluxion.output()}`,
    async close() {
      await Promise.all([browser.close(), capturing?.close()]);
      await Promise.all([desk?.stop(), fluxion.stop()]);
      await network?.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

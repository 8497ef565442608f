import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumPath } from '../tests/e2e/product.js';
import { CHROMIUM_ARGS } from '../tests/lab/chromium.js';
import type { GrantKind } from '../src/shared/protocol/live-grants.js';
import type { CustomerPage } from './pages/live-customer.js';
import type { RawPage } from './pages/live-raw.js';
import type { Changing } from './pages/live-scene.js';
import type { Showing } from './pages/live-shown.js';
import type { TechnicianPage } from './pages/live-technician.js';
import type { Traffic } from './pages/live-traffic.js';

declare const liveCustomer: CustomerPage;
declare const liveTechnician: TechnicianPage;
declare const liveRaw: RawPage;
declare const changing: Changing;
declare const showing: Showing;
declare function traffic(): Promise<Traffic>;

const SCREEN = { width: 1920, height: 1080 };

/** Two browsers, as two people have them, with windows of 1920 × 1080 px. The first gives a page its own tab after a real click. */
export class LiveWindows {
  readonly #browsers: readonly Browser[];
  readonly #url: string;

  private constructor(browsers: readonly Browser[], url: string) {
    this.#browsers = browsers;
    this.#url = url;
  }

  static async open(url: string): Promise<LiveWindows> {
    const args = [...CHROMIUM_ARGS, '--auto-accept-this-tab-capture', '--screen-info={1920x1080}'];
    const launch = (): Promise<Browser> => chromium.launch({ executablePath: chromiumPath(), args });
    return new LiveWindows(await Promise.all([launch(), launch()]), url);
  }

  async close(): Promise<void> {
    await Promise.all(this.#browsers.map((browser) => browser.close()));
  }

  async ours(): Promise<OurWindows> {
    const [customer, technician] = await Promise.all([
      this.#page(0, 'live/bench/pages/live-customer.html', 'liveCustomer'),
      this.#page(1, 'live/bench/pages/live-technician.html', 'liveTechnician'),
    ]);
    const offer = await customer.evaluate(() => liveCustomer.offer());
    const answer = await technician.evaluate((text) => liveTechnician.answer(text), offer);
    await Promise.all([
      customer.evaluate((text) => liveCustomer.open(text), answer),
      technician.evaluate(() => liveTechnician.open()),
    ]);
    return new OurWindows(customer, technician);
  }

  async raw(): Promise<WatchedWindows> {
    const [sharing, watching] = await Promise.all([
      this.#page(0, 'peers/bench/pages/live-raw.html?share', 'liveRaw'),
      this.#page(1, 'peers/bench/pages/live-raw.html', 'liveRaw'),
    ]);
    await sharing.getByRole('button', { name: 'Share' }).click();
    await sharing.waitForFunction(() => liveRaw.isShared());
    const offer = await sharing.evaluate(() => liveRaw.offer());
    const answer = await watching.evaluate((text) => liveRaw.answer(text), offer);
    await sharing.evaluate((text) => liveRaw.accept(text), answer);
    await watching.waitForFunction(() => showing.shown().length > 0);
    return new WatchedWindows(sharing, watching);
  }

  async #page(browser: 0 | 1, path: string, name: string): Promise<Page> {
    const context = await this.#browsers[browser]?.newContext({ viewport: SCREEN, screen: SCREEN });
    if (context === undefined) throw new Error('No browser.');
    const page = await context.newPage();
    await page.goto(`${this.#url}/${path}`);
    await page.waitForFunction((given) => given in globalThis, name);
    return page;
  }
}

/** From an allowed video to its first picture, ms. */
export interface VideoBeginning {
  /** From the customer's press until its track has come to the technician: the browser's capture, and its negotiation. */
  readonly trackMs: number;
  /** From there until it is seen. */
  readonly seenMs: number;
}

/** What was changed is seen after so long, on a slow machine too. */
const SETTLE_MS = 1000;

/** A window that is watched, and the one in which it is. */
export class WatchedWindows {
  readonly customer: Page;
  readonly #watching: Page;

  constructor(customer: Page, watching: Page) {
    this.customer = customer;
    this.#watching = watching;
  }

  /** Changes go on for so long; answers for each of them how long it took until it, or a later one, was seen; ms. */
  async latencies(ms: number): Promise<number[]> {
    const before = (await this.customer.evaluate(() => changing.all())).length;
    await this.customer.evaluate(() => {
      changing.start();
    });
    await this.customer.waitForTimeout(ms);
    await this.customer.evaluate(() => {
      changing.stop();
    });
    await this.customer.waitForTimeout(SETTLE_MS);
    const changes = await this.customer.evaluate(() => changing.all());
    const shown = await this.#watching.evaluate(() => showing.shown());
    return changes.slice(before).flatMap((changedMs, at) => {
      const seen = shown.find(({ change }) => change >= before + at);
      return changedMs === null || seen === undefined ? [] : [seen.atMs - changedMs];
    });
  }

  /** Of the connection's two ends. */
  traffic(end: 'sending' | 'receiving' = 'sending'): Promise<Traffic> {
    return (end === 'sending' ? this.customer : this.#watching).evaluate(() => traffic());
  }

  /** Of the video as it is decoded. */
  size(): Promise<string> {
    return this.#watching.evaluate(() => showing.size());
  }

  async close(): Promise<void> {
    await Promise.all([this.customer.context().close(), this.#watching.context().close()]);
  }
}

export class OurWindows extends WatchedWindows {
  readonly #technician: Page;

  constructor(customer: Page, technician: Page) {
    super(customer, technician);
    this.#technician = technician;
  }

  /** From the grant until the app is seen as DOM, ms. */
  async showPicture(): Promise<number> {
    const shown = this.#technician.evaluate(() => liveTechnician.showPicture());
    const allowedMs = await this.#grant('view-dom');
    return (await shown) - allowedMs;
  }

  /** `also` is granted beside it. */
  async showVideo(...also: GrantKind[]): Promise<VideoBeginning> {
    const shown = this.#technician.evaluate(() => liveTechnician.showVideo());
    await this.#grant('view-video', ...also);
    await this.customer.getByRole('button', { name: 'This window' }).click();
    const { trackMs, shownMs } = await shown;
    const { asking = Number.NaN } = await this.customer.evaluate(() => liveCustomer.videoAtMs());
    return { trackMs: trackMs - asking, seenMs: shownMs - trackMs };
  }

  /** Asks for these, and allows them and nothing else. Answers when, Unix ms. */
  async #grant(...kinds: GrantKind[]): Promise<number> {
    await this.#technician.evaluate((asked) => liveTechnician.ask(asked), kinds);
    return await this.customer.evaluate((asked) => liveCustomer.allow(asked), kinds);
  }
}

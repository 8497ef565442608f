import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './chromium.js';
import { openLabPage } from './lab-page.js';
import type { LiveLetter } from '../../src/live/publisher/publish.js';
import type { BeginOptions, Seen } from './live-page.js';

// A real browser with one side of a live session; each one a process of its own, in a network of its own where that is wanted.

function openPage(browser: Browser): Promise<Page> {
  return openLabPage(browser, 'live-page.ts', 'liveBegin');
}

export class LiveBrowser {
  page: Page;
  readonly #browser: Browser;
  readonly #folder: string;

  static async open(namespace?: string): Promise<LiveBrowser> {
    const program = findChromium();
    if (program === undefined) throw new Error('no Chromium');
    const folder = await mkdtemp(join(tmpdir(), 'fluxrec-live-'));
    const wrapper = join(folder, 'chromium.sh');
    await writeFile(wrapper, `#!/bin/sh\nexec ip netns exec "${namespace ?? ''}" "${program}" "$@"\n`);
    await chmod(wrapper, 0o700);
    const browser = await chromium.launch({
      executablePath: namespace === undefined ? program : wrapper,
      args: CHROMIUM_ARGS,
    });
    return new LiveBrowser(await openPage(browser), browser, folder);
  }

  private constructor(page: Page, browser: Browser, folder: string) {
    this.page = page;
    this.#browser = browser;
    this.#folder = folder;
  }

  begin(options: BeginOptions): Promise<void> {
    return this.page.evaluate((given) => {
      liveBegin(given);
    }, options);
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.waitForFunction(() => 'liveBegin' in globalThis);
  }

  /** Its process dies; another page takes its place. */
  async crash(): Promise<void> {
    const crashed = this.page.waitForEvent('crash');
    void this.page.goto('chrome://crash').catch(() => undefined);
    await crashed;
    this.page = await openPage(this.#browser);
  }

  /** What the page holds on to, in bytes, once all else was collected. */
  async heapBytes(): Promise<number> {
    const session = await this.page.context().newCDPSession(this.page);
    try {
      // What a finalizer lets go of is collected the second time.
      for (let time = 0; time < 2; time += 1) await session.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
      return usedSize + backingStorageSize;
    } finally {
      await session.detach();
    }
  }

  deliver(letter: LiveLetter | { readonly kind: string }): Promise<void> {
    return this.page.evaluate((given) => {
      liveDeliver(given as LiveLetter);
    }, letter);
  }

  seen(): Promise<Seen> {
    return this.page.evaluate(() => liveSeen());
  }

  async text(): Promise<string> {
    await this.page.waitForFunction(() => liveText() !== '');
    return this.page.evaluate(() => liveText());
  }

  paste(text: string): Promise<string> {
    return this.page.evaluate((given) => livePaste(given), text);
  }

  /** Resolves with what is seen then; a session that ends ends the waiting, too. */
  async reach(phase: string, timeoutMs = 60_000): Promise<Seen> {
    await this.page.waitForFunction((wanted) => [wanted, 'ended'].includes(liveSeen().phase), phase, {
      timeout: timeoutMs,
    });
    return this.seen();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Both people compare and confirm; then each side says something, and how the connection goes is answered. */
export async function confirmAndTalk(publisher: LiveBrowser, subscriber: LiveBrowser): Promise<{ route: string }> {
  const both = [publisher, subscriber];
  await Promise.all(
    both.map(({ page }) =>
      page.evaluate(() => {
        liveConfirm();
      }),
    ),
  );
  for (const side of both) {
    const { phase, code } = await side.reach('open');
    if (phase !== 'open') throw new Error(`ended: ${code ?? ''}`);
  }
  await Promise.all(both.map(({ page }) => page.evaluate(() => liveSend('hello'))));
  await Promise.all(both.map(({ page }) => page.waitForFunction(() => liveReceived().includes('hello'))));
  return { route: await publisher.page.evaluate(() => liveRoute()) };
}

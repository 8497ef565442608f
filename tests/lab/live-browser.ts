import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { CHROMIUM_ARGS, findChromium } from './chromium.js';
import type { LiveLetter } from '../../src/live/publisher/publish.js';
import type { BeginOptions, Seen } from './live-page.js';

// A real browser with one side of a live session; each one a process of its own, in a network of its own where that is wanted.

/** A secure context that no server has to stand behind: the page is put there by the test. */
const PAGE_URL = 'http://localhost/live';

let built: Promise<string> | undefined;

function buildOnce(): Promise<string> {
  built ??= buildPage();
  return built;
}

async function buildPage(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    build: { write: false, minify: false, rolldownOptions: { input: join(import.meta.dirname, 'live-page.ts') } },
  });
  const [output] = Array.isArray(result) ? result : [result as Rolldown.RolldownOutput];
  const script = output?.output.find((file) => file.type === 'chunk' && file.isEntry);
  if (script?.type !== 'chunk') throw new Error('the page of live sessions was not built');
  return script.code;
}

async function openPage(browser: Browser, script: string): Promise<Page> {
  const page = await browser.newPage();
  // A page that no server stands behind counts as one of the internet: it would not be let to a desk of this machine.
  await page.context().grantPermissions(['local-network-access']);
  await page.route(`${PAGE_URL}**`, (route) =>
    route.request().url() === PAGE_URL
      ? route.fulfill({
          contentType: 'text/html',
          body: '<!doctype html><script type="module" src="/live.js"></script>',
        })
      : route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await page.goto(PAGE_URL);
  await page.waitForFunction(() => 'liveBegin' in globalThis);
  return page;
}

export class LiveBrowser {
  page: Page;
  readonly #browser: Browser;
  readonly #folder: string;

  static async open(namespace?: string): Promise<LiveBrowser> {
    const script = await buildOnce();
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
    return new LiveBrowser(await openPage(browser, script), browser, folder);
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
    this.page = await openPage(this.#browser, await buildOnce());
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

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import type { TechnicianSeen } from './technician-page.js';

// A technician's end of a live session in a real browser, without the viewer around it.

/** A secure context that no server has to stand behind: the page is put there by the test. */
const PAGE_URL = 'http://localhost/technician';
const PATIENCE_MS = 30_000;

let built: Promise<string> | undefined;

async function buildPage(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    build: { write: false, minify: false, rolldownOptions: { input: join(import.meta.dirname, 'technician-page.ts') } },
  });
  const [output] = Array.isArray(result) ? result : [result as Rolldown.RolldownOutput];
  const script = output?.output.find((file) => file.type === 'chunk' && file.isEntry);
  if (script?.type !== 'chunk') throw new Error('the technician’s page was not built');
  return script.code;
}

export class TechnicianBrowser {
  readonly page: Page;

  static async open(browser: Browser): Promise<TechnicianBrowser> {
    built ??= buildPage();
    const script = await built;
    const page = await (await browser.newContext()).newPage();
    // A page that no server stands behind counts as one of the internet: it would not be let to a desk of this machine.
    await page.context().grantPermissions(['local-network-access']);
    await page.route(`${PAGE_URL}**`, (route) =>
      route.request().url() === PAGE_URL
        ? route.fulfill({
            contentType: 'text/html',
            body: '<!doctype html><body><script type="module" src="/technician.js"></script>',
          })
        : route.fulfill({ contentType: 'text/javascript', body: script }),
    );
    await page.goto(PAGE_URL);
    await page.waitForFunction(() => 'technicianBegin' in globalThis);
    return new TechnicianBrowser(page);
  }

  private constructor(page: Page) {
    this.page = page;
  }

  seen(): Promise<TechnicianSeen> {
    return this.page.evaluate(() => technicianSeen());
  }

  /** Resolves when it is so; what was seen last is in the error. */
  async until(isSo: (seen: TechnicianSeen) => boolean, what: string): Promise<TechnicianSeen> {
    const untilMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const seen = await this.seen();
      if (isSo(seen)) return seen;
      if (Date.now() > untilMs) throw new Error(`${what} did not happen: ${JSON.stringify(seen).slice(0, 3000)}`);
      await this.page.waitForTimeout(50);
    }
  }
}

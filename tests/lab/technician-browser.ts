import type { Browser, Page } from 'playwright-core';
import { openLabPage } from './lab-page.js';
import type { TechnicianSeen } from './technician-page.js';

// A technician's end of a live session in a real browser, without the viewer around it.

const PATIENCE_MS = 30_000;

export class TechnicianBrowser {
  readonly page: Page;

  static async open(browser: Browser): Promise<TechnicianBrowser> {
    return new TechnicianBrowser(await openLabPage(browser, 'technician-page.ts', 'technicianBegin'));
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

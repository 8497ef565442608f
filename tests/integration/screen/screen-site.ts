import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { CHROMIUM_ARGS } from '../../lab/chromium.js';
import './recorded-video.js';

// A site whose page records itself, and a Chromium that lets it: headless, it gives a page its own tab after a real click.

const CAPTURE_ARGS = ['--auto-accept-this-tab-capture'];

export interface ScreenSite {
  readonly url: string;
  close(): void;
}

/** `entry`: the page's script, in tests/browser/screen. */
export async function startScreenSite(entry = 'screen-page.ts'): Promise<ScreenSite> {
  const site = mkdtempSync(join(tmpdir(), 'screen-site-'));
  await build({
    configFile: false,
    logLevel: 'warn',
    root: join(import.meta.dirname, '../../browser/screen'),
    resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    worker: { format: 'es' },
    build: {
      outDir: site,
      emptyOutDir: true,
      target: 'es2022',
      rolldownOptions: {
        input: join(import.meta.dirname, '../../browser/screen', entry),
        output: { entryFileNames: 'page.js' },
      },
    },
  });
  const files = new Set(readdirSync(site, { recursive: true, encoding: 'utf8' }));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-type', path === '/' ? 'text/html' : 'text/javascript');
    if (path === '/')
      response.end('<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>');
    else if (files.has(path.slice(1))) response.end(readFileSync(join(site, path)));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      rmSync(site, { recursive: true, force: true });
    },
  };
}

export function launchCapturing(executablePath: string, args: readonly string[] = CAPTURE_ARGS): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGS, ...args] });
}

/** Opens the page; its recorder records, its screen not yet. */
export async function openScreenPage(browser: Browser, site: ScreenSite): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 640 } });
  return await openIn(context, site);
}

/** The same, as one more window of a profile and of a session. */
export async function openIn(context: BrowserContext, site: ScreenSite, session = 'session'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${site.url}?session=${session}`);
  await page.waitForFunction(() => screenPage.state === 'recording');
  return page;
}

/** A click on the page's button, as a person makes it: a capture begins after nothing else. */
export async function recordScreen(page: Page): Promise<void> {
  await page.click('#begin');
  await page.waitForFunction(() => screenPage.screen === 'on');
}

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';

// A page that no server stands behind: the test puts it there, at an address that is a secure context.

const built = new Map<string, Promise<string>>();

/** A script of this folder, bundled once in each process. */
function scriptOf(entry: string): Promise<string> {
  const script = built.get(entry) ?? bundle(entry);
  built.set(entry, script);
  return script;
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    build: { write: false, minify: false, rolldownOptions: { input: join(import.meta.dirname, entry) } },
  });
  const [output] = Array.isArray(result) ? result : [result as Rolldown.RolldownOutput];
  const script = output?.output.find((file) => file.type === 'chunk' && file.isEntry);
  if (script?.type !== 'chunk') throw new Error(`${entry} was not built`);
  return script.code;
}

/** Opens the page of a script of this folder, which is there when it has made this global. */
export async function openLabPage(browser: Browser, entry: string, ready: string): Promise<Page> {
  const script = await scriptOf(entry);
  const url = `http://localhost/${entry.replace(/\.ts$/, '')}`;
  const page = await browser.newPage();
  // A page that no server stands behind counts as one of the internet: it would not be let to a desk of this machine.
  await page.context().grantPermissions(['local-network-access']);
  await page.route(`${url}**`, (route) =>
    route.request().url() === url
      ? route.fulfill({
          contentType: 'text/html',
          body: `<!doctype html><meta charset="utf-8"><script type="module" src="${url}.js"></script>`,
        })
      : route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await page.goto(url);
  await page.waitForFunction((name) => name in globalThis, ready);
  return page;
}

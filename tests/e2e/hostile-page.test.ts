import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProduct, type Product } from './product.js';
import { openPanel } from './steps.js';

let product: Product;
let foreign: Server;
let foreignUrl: string;
let page: Page;
let panelUrl: string;
let capability = '';

beforeAll(async () => {
  product = await startProduct();
  foreign = createServer((request, response) => {
    response.statusCode = request.url === '/' ? 200 : 404;
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Elsewhere</title>');
  });
  await new Promise<void>((done) => foreign.listen(0, '127.0.0.1', done));
  foreignUrl = `http://127.0.0.1:${String((foreign.address() as AddressInfo).port)}/`;
  page = await product.openFluxion();
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/panel/'))
      capability = (request.headers()['authorization'] ?? '').replace('Bearer ', '');
  });
  await openPanel(page);
  panelUrl = (await page.locator('iframe[title="Send Diagnostics"]').getAttribute('src')) ?? '';
});
afterAll(async () => {
  foreign.close();
  await product.close();
});

/** Tries, from the page's own scripts, whatever could read a draft or send it. Answers what came back, as text. */
async function attack(from: Page): Promise<readonly string[]> {
  return await from.evaluate(
    async ({ panel }) => {
      const origin = new URL(panel).origin;
      const tries: (() => Promise<string>)[] = [];
      const read = async (url: string, init?: RequestInit): Promise<string> => {
        const response = await fetch(url, init);
        return `${response.type} ${String(response.status)} ${await response.text()}`;
      };
      for (const mode of ['cors', 'no-cors'] as const) {
        tries.push(() => read(panel, { mode }));
        for (const method of ['state', 'createDraft', 'readDraft', 'sendDraft', 'wipe']) {
          tries.push(() => read(`${origin}/panel/${method}`, { method: 'POST', mode, body: '{}' }));
          tries.push(() => read(`/__fluxrec/panel/${method}`, { method: 'POST', body: '{}' }));
        }
      }
      tries.push(async () => {
        const frame = document.createElement('iframe');
        frame.src = panel;
        document.body.append(frame);
        await new Promise((done) => setTimeout(done, 1500));
        const text = frame.contentDocument?.documentElement.outerHTML ?? 'no access';
        frame.remove();
        return text;
      });
      tries.push(
        () =>
          new Promise((done) => {
            const socket = new WebSocket(`${origin.replace('http', 'ws')}/panel/events`);
            const seen: string[] = [];
            socket.onmessage = ({ data }) => seen.push(String(data));
            socket.onopen = () => {
              socket.send('{"capability":"guess"}');
            };
            setTimeout(() => {
              socket.close();
              done(`socket ${seen.join(' ')}`);
            }, 1500);
          }),
      );
      return await Promise.all(tries.map((one) => one().catch((error: unknown) => `failed: ${String(error)}`)));
    },
    { panel: panelUrl },
  );
}

function expectNothingGot(answers: readonly string[]): void {
  for (const answer of answers) {
    expect(answer).not.toMatch(/capability/i);
    expect(answer).not.toMatch(/"draft"|receiptCode/);
    expect(answer).not.toMatch(/^(basic|cors|default) 200/);
  }
}

/** Calls the panel's method as the panel does, with its own capability; answers the status, or why there was none. */
async function callState(from: Page | Frame, capability: string): Promise<string> {
  return await from.evaluate(
    async ({ url, token }) => {
      const json = new TextEncoder().encode('{}');
      const length = new Uint8Array(new Uint32Array([json.byteLength]).buffer);
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-fluxrec' };
      return await fetch(url, { method: 'POST', headers, body: new Blob([length, json]) }).then(
        (response) => String(response.status),
        (error: unknown) => `failed: ${String(error)}`,
      );
    },
    { url: new URL('/panel/state', panelUrl).href, token: capability },
  );
}

describe('a hostile page', () => {
  it("gains nothing even with the panel's own capability, which works in the panel", async () => {
    const panel = page.frames().find((frame) => frame.url().startsWith(new URL(panelUrl).origin));
    if (panel === undefined) throw new Error('The panel has no frame.');
    // The panel takes the capability out of its document at once: it is to be seen on the wire only.
    expect(await panel.locator('#fluxrec-capability').count()).toBe(0);
    expect(capability.length).toBeGreaterThanOrEqual(32);
    expect(await callState(panel, capability)).toBe('200');
    expect(await callState(panel, `${capability.slice(0, -1)}${capability.endsWith('A') ? 'B' : 'A'}`)).not.toBe('200');
    expect(await callState(page, capability)).toContain('failed');
  });

  it('in the recorded app itself can neither read a draft nor send it', async () => {
    expectNothingGot(await attack(page));
  });

  it('on another origin can neither read a draft nor send it', async () => {
    const other = await (await product.browser.newContext()).newPage();
    await other.goto(foreignUrl);
    expectNothingGot(await attack(other));
  });

  it('cannot frame the panel from another origin', async () => {
    const other = await (await product.browser.newContext()).newPage();
    await other.goto(foreignUrl);
    await other.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, panelUrl);
    await other.waitForTimeout(1500);
    const inside = other.frames().find((frame) => frame !== other.mainFrame());
    expect(await inside?.getByText('What happened?').count()).toBe(0);
  });

  it('finds no capability in any address that a page or a recording could see', async () => {
    const addresses = await page.evaluate(() => [
      location.href,
      ...[...document.querySelectorAll('iframe')].map(({ src }) => src),
      ...performance.getEntriesByType('resource').map(({ name }) => name),
    ]);
    for (const address of addresses) expect(address).not.toMatch(/[A-Za-z0-9_-]{32,}(?!.*\.(js|css))/);
  });

  it('cannot press Send by script, nor under a cover', async () => {
    await page.evaluate(() => {
      const cover = document.createElement('div');
      cover.id = 'cover';
      cover.style.cssText = 'position:fixed;inset:0;z-index:2147483647;background:white;pointer-events:none';
      document.documentElement.append(cover);
      cover.popover = 'manual';
      cover.showPopover();
    });
    await page.waitForTimeout(800);
    const send = page.frameLocator('iframe[title="Send Diagnostics"]').getByRole('button', { name: /^Send \d/ });
    await send.click({ force: true });
    await page.waitForTimeout(1000);
    const panel = page.frameLocator('iframe[title="Send Diagnostics"]');
    expect(await panel.getByText('Your receipt code').count()).toBe(0);
    await page.evaluate(() => document.getElementById('cover')?.remove());
  });
});

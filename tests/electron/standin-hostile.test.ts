import { createServer, type Server } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { RECORDER_BRIDGE, PANEL_BRIDGE, type HostBridge } from '../../src/shared/protocol/bridge.js';
import { startStandInApp, until, type StandInApp } from './standin-app.js';

// What a page can try against the built main process, over a stand-in for Electron (not Electron itself).

const PRELOADS = join(root, 'out/preload');
let app: StandInApp;
let page: Page;
let foreign: Server;
let foreignUrl: string;

beforeAll(async () => {
  foreign = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Elsewhere</title>');
  });
  await new Promise<void>((done) => foreign.listen(0, '127.0.0.1', done));
  foreignUrl = `http://127.0.0.1:${String((foreign.address() as AddressInfo).port)}/`;
  app = await startStandInApp([]);
  const [first] = await app.recordingPages(1);
  if (first === undefined) throw new Error('no window');
  page = first;
});
afterAll(async () => {
  foreign.close();
  await app.close();
});

/** Calls through a bridge as our own port does; answers what came back, or the error, as text. */
async function call(from: Page | Frame, key: string, name: unknown, input: unknown): Promise<string> {
  return await from.evaluate(
    async ({ key, name, input }) => {
      const bridge = (globalThis as Record<string, unknown>)[key] as HostBridge | undefined;
      if (bridge === undefined) return 'no bridge';
      const json = new TextEncoder().encode(JSON.stringify(input));
      const frame = new Uint8Array(4 + json.length);
      new DataView(frame.buffer).setUint32(0, json.length, true);
      frame.set(json, 4);
      try {
        return new TextDecoder().decode((await bridge.call(name as string, frame)).subarray(4));
      } catch (error) {
        return `rejected: ${String(error)}`;
      }
    },
    { key, name, input },
  );
}

async function newPage(url: RegExp): Promise<Page> {
  const find = (): Page | undefined =>
    app.browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((one) => one !== page && url.test(one.url()));
  await until(
    () => find() !== undefined,
    () => `a page at ${url.source}`,
  );
  const found = find();
  if (found === undefined) throw new Error('The page is gone.');
  return found;
}

const HELLO = { originMs: 0, monoMs: 0, wallMs: 0, title: 'hostile' };

describe('before Electron is ready', () => {
  it('the sandbox is on, dumps stay here, and both schemes are registered at once', async () => {
    const noted = await app.control.noted();
    const early = noted.filter(({ beforeReady }) => beforeReady);
    const of = (name: string) => early.filter((one) => one.name === name).map(({ values }) => values);
    expect(of('app.enableSandbox')).toHaveLength(1);
    expect(of('app.requestSingleInstanceLock')).toHaveLength(1);
    expect(of('crashReporter.start')).toEqual([[expect.objectContaining({ uploadToServer: false })]]);
    expect(of('app.setPath')).toContainEqual(['crashDumps', join(app.dir, 'fluxion-recorder/crashes')]);
    const [schemes] = of('protocol.registerSchemesAsPrivileged');
    expect((schemes?.[0] as { scheme: string }[]).map(({ scheme }) => scheme)).toEqual(['fluxion', 'fluxrec']);
  });
});

describe('the preload scripts', () => {
  it.each(['fluxion.cjs', 'fluxrec-panel.cjs'])(
    '%s is one file that requires only what a sandbox has',
    async (name) => {
      const source = await readFile(join(PRELOADS, name), 'utf8');
      const required = [...source.matchAll(/\brequire\(\s*(['"`])(.*?)\1/g)].map(([, , what]) => what);
      expect(required.length).toBeGreaterThan(0);
      for (const what of required) expect(['electron', 'events', 'timers', 'url']).toContain(what);
      expect(source).not.toMatch(/\bimport\s*\(|^import\s/m);
      expect(source.match(/\brequire\b/g)?.length).toBe(required.length);
    },
  );

  it('give a page two functions and nothing of Electron’s', async () => {
    const seen = await page.evaluate((key) => {
      const scope = globalThis as Record<string, unknown>;
      const bridge = scope[key] as Record<string, unknown>;
      const electron = ['require', 'process', 'ipcRenderer', 'electron', 'fluxrecPanel'].filter(
        (name) => name in scope,
      );
      return { bridge: Object.entries(bridge).map(([name, value]) => `${name}: ${typeof value}`), electron };
    }, RECORDER_BRIDGE.key);
    expect(seen).toEqual({ bridge: ['call: function', 'listen: function'], electron: [] });
  });
});

describe('a hostile page', () => {
  it('of another origin, in a window of the app’s, can neither record nor listen', async () => {
    const id = await app.control.openWindow(foreignUrl, { preload: join(PRELOADS, 'fluxion.cjs') });
    const other = await newPage(/127\.0\.0\.1/);
    const answers = [
      await call(other, RECORDER_BRIDGE.key, 'hello', HELLO),
      await call(other, RECORDER_BRIDGE.key, 'openPanel', { view: 'send' }),
    ];
    for (const answer of answers) expect(answer).toContain('sender-refused');
    const heard = await other.evaluate(
      (key) => (globalThis as unknown as Record<string, HostBridge>)[key]?.listen(() => undefined),
      RECORDER_BRIDGE.key,
    );
    expect(heard).toBe(false);
    expect(app.output()).toContain(`does not record ${new URL(foreignUrl).origin}`);
    await app.control.closeWindow(id);
  });

  it('in a frame of the app’s own origin is no window, even with a preload in its frames', async () => {
    const preferences = { preload: join(PRELOADS, 'fluxion.cjs'), nodeIntegrationInSubFrames: true };
    const id = await app.control.openWindow('fluxion://app/invoice/1', preferences);
    const other = await newPage(/invoice\/1/);
    await other.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.src = '/invoice/2';
      document.body.append(frame);
    });
    const inside = (): Frame | undefined => other.frames().find((frame) => frame.url().endsWith('/invoice/2'));
    await until(
      () => inside() !== undefined,
      () => 'the frame',
    );
    const frame = inside();
    if (frame === undefined) throw new Error('no frame');
    await frame.waitForLoadState();
    expect(await call(frame, RECORDER_BRIDGE.key, 'hello', HELLO)).toContain('sender-refused');
    expect(await call(other, RECORDER_BRIDGE.key, 'clock', {})).toContain('capability-refused');
    await app.control.closeWindow(id);
  });

  it('cannot reach what belongs to the panel, even with the panel’s own preload script', async () => {
    expect(await call(page, PANEL_BRIDGE.key, 'state', {})).toBe('no bridge');
    for (const method of ['state', 'createDraft', 'sendDraft', 'wipe']) {
      expect(await call(page, RECORDER_BRIDGE.key, method, {})).toContain('bad-frame');
    }
    const preferences = { preload: join(PRELOADS, 'fluxrec-panel.cjs') };
    const id = await app.control.openWindow('fluxion://app/invoice/3', preferences);
    const other = await newPage(/invoice\/3/);
    expect(await call(other, PANEL_BRIDGE.key, 'state', {})).toContain('No handler registered');
    await app.control.closeWindow(id);
  });

  it('finds the panel’s scheme in no window of the app’s', async () => {
    await expect(app.control.openWindow('fluxrec://panel/src/recorder/panel/index.html', {})).rejects.toThrow();
  });

  it.each([
    ['a name that every object has', 'constructor', {}],
    ['a name that is no text', 7, {}],
    ['an input of another method', 'hello', { view: 'send' }],
    ['rows of nobody', 'append', { handOver: 'x', segments: [] }],
  ])('gets an error for %s, and the app goes on', async (_what, name, input) => {
    expect(await call(page, RECORDER_BRIDGE.key, name, input)).toContain('bad-frame');
    await page.getByText('Diagnostics are being recorded').waitFor();
  });

  it('gets an error for what is no frame, or too large a one', async () => {
    const answers = await page.evaluate(async (key) => {
      const bridge = (globalThis as unknown as Record<string, HostBridge>)[key];
      const tries: unknown[] = ['text', undefined, new Uint8Array(3), new Uint8Array(100_000), { length: 4 }];
      return await Promise.all(
        tries.map(async (one) => new TextDecoder().decode((await bridge?.call('clock', one as never))?.subarray(4))),
      );
    }, RECORDER_BRIDGE.key);
    for (const answer of answers) expect(answer).toContain('bad-frame');
  });
});

describe('who asks for a picture', () => {
  const asks = { isInFrame: false, hasGesture: true, hasSound: false };
  const idOf = async (url: string): Promise<number> => {
    const seen = (await app.control.windows()).find((one) => one.url === url);
    if (seen === undefined) throw new Error(`no window at ${url}`);
    return seen.id;
  };

  it('gets that of its own window, after a gesture and without sound', async () => {
    const id = await idOf('fluxion://app/');
    expect(await app.control.displayMedia(id, asks)).toBe('own');
    expect(await app.control.displayMedia(id, { ...asks, hasGesture: false })).toBe('nothing');
    expect(await app.control.displayMedia(id, { ...asks, hasSound: true })).toBe('nothing');
  });

  it('gets nothing as a frame in a page, or as a page of another origin', async () => {
    expect(await app.control.displayMedia(await idOf('fluxion://app/'), { ...asks, isInFrame: true })).toBe('nothing');
    const id = await app.control.openWindow(foreignUrl, {});
    expect(await app.control.displayMedia(id, asks)).toBe('nothing');
    await app.control.closeWindow(id);
  });

  it('is let through by Fluxion to that handler, and only Fluxion', async () => {
    const ask = (permission: string, url: string) => app.control.permission('', permission, url);
    expect(await ask('display-capture', 'fluxion://app/')).toEqual({ request: true, check: true });
    expect(await ask('display-capture', foreignUrl)).toEqual({ request: false, check: false });
    expect(await ask('media', 'fluxion://app/')).toEqual({ request: false, check: false });
  });
});

describe('the panel’s window', () => {
  it('is locked: its own document, no other page, no window, no permission but its two', async () => {
    await app.control.menu('help', 'Send Diagnostics…');
    const panel = await app.panelPage();
    await panel.getByLabel('What happened?').waitFor();
    const at = panel.url();
    await panel.evaluate((url) => {
      location.href = url;
    }, foreignUrl);
    await panel.evaluate((url) => {
      window.open(url);
    }, foreignUrl);
    await panel.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, 'fluxrec://panel/src/viewer/index.html');
    await panel.waitForTimeout(1000);
    expect(panel.url()).toBe(at);
    expect(
      panel
        .frames()
        .map((frame) => frame.url())
        .join(' '),
    ).not.toMatch(/127\.0\.0\.1|viewer\/index/);
    const seen = await app.control.windows();
    expect(seen).toHaveLength(2);
    expect(seen.find(({ partition }) => partition === 'fluxrec-panel')?.preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
    const ask = (permission: string, url = 'fluxrec://panel/src/recorder/panel/index.html') =>
      app.control.permission('fluxrec-panel', permission, url);
    expect(await ask('clipboard-sanitized-write')).toEqual({ request: true, check: true });
    for (const permission of ['media', 'display-capture', 'geolocation', 'notifications', 'openExternal']) {
      expect(await ask(permission)).toEqual({ request: false, check: false });
    }
    expect(await ask('clipboard-sanitized-write', foreignUrl)).toEqual({ request: false, check: false });
  });

  it('leaves the app’s own permission handlers as they are', async () => {
    expect(await app.control.permission('', 'clipboard-sanitized-write', 'fluxion://app/')).toEqual({
      request: false,
      check: false,
    });
  });

  it('serves the panel and its preview, and nothing else of the build', async () => {
    const panel = await app.panelPage();
    const statuses = await panel.evaluate(async () => {
      const paths = [
        '/src/viewer/index.html',
        '/examples/fluxion/index.html',
        '/.vite/manifest.json',
        '/../package.json',
      ];
      return await Promise.all(paths.map(async (path) => (await fetch(path)).status));
    });
    expect(statuses).toEqual([404, 404, 404, 404]);
  });

  it('leaves no draft behind when it goes without a word', async () => {
    const drafts = join(app.dir, 'fluxion-recorder/drafts');
    await (await app.panelPage()).getByLabel('What happened?').waitFor();
    expect(await readdir(drafts)).toHaveLength(1);
    const seen = (await app.control.windows()).find(({ partition }) => partition === 'fluxrec-panel');
    await app.control.closeWindow(seen?.id ?? 0);
    await until(
      async () => (await readdir(drafts)).length === 0,
      () => 'the draft to be erased',
    );
  });
});

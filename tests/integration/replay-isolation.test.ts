import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../lab/chromium.js';

// A recorded page is a stranger's. It is replayed here by the real document in a real Chromium with a profile of its own (a
// private window makes no guesses about connections), twice: with addresses of a server that counts connections, and with
// names, of which the browser's network log tells each that it looked up.

const root = resolve(import.meta.dirname, '../..');
const executablePath = findChromium();

let next = 10;
const element = (tagName: string, attributes: object = {}, childNodes: unknown[] = [], more: object = {}): unknown => ({
  type: 2,
  id: (next += 1),
  tagName,
  attributes,
  childNodes,
  ...more,
});
const text = (textContent: string, more: object = {}): unknown => ({ type: 3, id: (next += 1), textContent, ...more });
const svg = (tagName: string, attributes: object = {}, childNodes: unknown[] = []): unknown =>
  element(tagName, attributes, childNodes, { isSVG: true });

let tricks = 0;
let addressOf: (trick: string) => string = (trick) => `http://${trick}.evil.test/`;
/** A new address for every trick, so that a failure tells which one worked. */
const evil = (trick: string): string => addressOf(`${trick}-${(tricks += 1)}`);
const RUN = 'top.hasRun = true';

function head(): unknown[] {
  const rels = [
    'preconnect',
    'dns-prefetch',
    'prefetch',
    'preload',
    'modulepreload',
    'icon',
    'stylesheet',
    'manifest',
    'prerender',
    'alternate',
    'apple-touch-icon',
  ];
  return [
    element('base', { href: evil('base') }),
    element('meta', { 'http-equiv': 'refresh', content: `0;url=${evil('refresh')}` }),
    element('meta', { 'HTTP-EQUIV': 'x-dns-prefetch-control', content: 'on' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: 'img-src *' }),
    ...rels.map((rel) => element('link', { rel, href: evil(`link-${rel}`), as: 'image' })),
    element('link', { rel: 'STYLESHEET', href: evil('css-cased') }),
    element('link', {
      rel: 'stylesheet',
      href: evil('css-text'),
      _cssText: `@import "${evil('import')}"; a{background:url(${evil('sheet')})}`,
    }),
    element('style', {
      _cssText: `body{background:url(${evil('css')})} @font-face{font-family:x;src:url(${evil('font')})}`,
    }),
    element('style', {}, [
      text(`@import url(${evil('style-import')});`),
      text(`html{background:url(${evil('style-text')})}`),
    ]),
    element('style', {}, [text(String.raw`p{background:u\72l(` + `${evil('escaped')})}`)]),
    element('script', { src: evil('script') }, [text(RUN)]),
    element('SCRIPT', { type: 'speculationrules' }, [text(`{"prefetch":[{"urls":["${evil('speculation')}"]}]}`)]),
  ];
}

function body(): unknown[] {
  return [
    element('p', {}, [text('Recorded page')]),
    element('img', {
      src: evil('img'),
      srcset: `${evil('srcset')} 2x`,
      onerror: RUN,
      onload: RUN,
      lowsrc: evil('lowsrc'),
    }),
    element('img', { src: 'x', rr_dataURL: evil('data-url') }),
    element('picture', {}, [element('source', { srcset: evil('source') }), element('img', {})]),
    element('video', { src: evil('video'), poster: evil('poster'), autoplay: '', rr_mediaState: 'played' }, [
      element('track', { src: evil('track'), default: '' }),
    ]),
    element('audio', { src: evil('audio'), preload: 'auto', autoplay: '' }),
    element('input', { type: 'image', src: evil('input') }),
    element('iframe', { src: evil('iframe') }),
    element('iframe', { srcdoc: `<script>${RUN}</script><img src=${evil('srcdoc')}>` }),
    element('iframe', { src: `javascript:${RUN}` }),
    element('object', { data: evil('object'), type: 'text/html' }),
    element('embed', { src: evil('embed') }),
    element('frame', { src: evil('frame') }),
    element('table', { background: evil('background') }),
    element('div', { style: `background-image:url(${evil('style')});list-style:url(${evil('list')})` }),
    element('div', {
      style: `cursor:url(${evil('cursor')}),auto;mask-image:image-set("${evil('image-set')}" 1x);filter:url(${evil('filter')}#f)`,
    }),
    element('a', { href: evil('anchor'), ping: evil('ping') }, [text('a link whose name could be looked up ahead')]),
    element('a', { href: `javascript:${RUN}`, autofocus: '', onfocus: RUN }, [text('a link that runs')]),
    element('form', { action: evil('form') }, [
      element('button', { formaction: evil('formaction'), autofocus: '' }, [text('Send')]),
    ]),
    element('body', { onload: RUN, onpageshow: RUN }),
    element('details', { open: '', ontoggle: RUN }),
    element('marquee', { onstart: RUN }),
    element('canvas', { rr_dataURL: evil('canvas') }),
    svg('svg', { onload: RUN }, [
      svg('image', { href: evil('svg-image'), 'xlink:href': evil('svg-xlink') }),
      svg('use', { href: `${evil('svg-use')}#a` }),
      svg('script', { href: evil('svg-script') }, [text(RUN)]),
      svg('svg:script', {}, [text(RUN)]),
      svg('rect', {
        width: '10',
        height: '10',
        fill: `url(${evil('svg-fill')}#a)`,
        'clip-path': `url(${evil('svg-clip')}#a)`,
      }),
      svg('feImage', { href: evil('svg-filter') }),
      svg('a', { href: 'x' }, [svg('set', { attributeName: 'href', to: `javascript:${RUN}` })]),
      svg('foreignObject', {}, [element('img', { src: evil('foreign'), onerror: RUN })]),
    ]),
    element('x-frame', {}, [element('img', { src: evil('shadow') }, [], { isShadow: true })], {
      isCustom: true,
      isShadowHost: true,
    }),
  ];
}

const snapshot = () => [
  { type: 4, timestamp: 0, data: { href: evil('href'), width: 800, height: 600 } },
  {
    type: 2,
    timestamp: 1,
    data: {
      node: {
        type: 0,
        id: 1,
        childNodes: [
          { type: 1, id: 2, name: 'html', publicId: '', systemId: '' },
          {
            type: 2,
            id: 3,
            tagName: 'html',
            attributes: { manifest: evil('manifest') },
            childNodes: [
              { type: 2, id: 4, tagName: 'head', attributes: {}, childNodes: head() },
              { type: 2, id: 5, tagName: 'body', attributes: { background: evil('body') }, childNodes: body() },
            ],
          },
        ],
      },
      initialOffset: { left: 0, top: 0 },
    },
  },
];

/** Everything again, as what comes later in a recording: added, changed, and by the other kinds of events. */
function later(): object[] {
  const incremental = (timestamp: number, data: object) => ({ type: 3, timestamp, data });
  const mutation = (timestamp: number, data: object) =>
    incremental(timestamp, { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data });
  const style = {
    type: 2,
    id: 900,
    tagName: 'style',
    attributes: {},
    childNodes: [{ type: 3, id: 901, textContent: '' }],
  };
  const img = { type: 2, id: 902, tagName: 'img', attributes: {}, childNodes: [] };
  const link = { type: 2, id: 903, tagName: 'link', attributes: {}, childNodes: [] };
  const frame = { type: 2, id: 904, tagName: 'iframe', attributes: {}, childNodes: [] };
  const add = (parentId: number, node: unknown) => ({ parentId, nextId: null, node });
  const change = (id: number, attributes: object) => ({ id, attributes });
  const inner = {
    type: 0,
    id: 950,
    childNodes: [
      {
        type: 2,
        id: 951,
        rootId: 950,
        tagName: 'html',
        attributes: {},
        childNodes: [
          { type: 2, id: 952, rootId: 950, tagName: 'body', attributes: {}, childNodes: [...head(), ...body()] },
        ],
      },
    ],
  };
  return [
    mutation(100, { adds: [...head().map((node) => add(4, node)), ...body().map((node) => add(5, node))] }),
    mutation(200, { adds: [add(4, style), add(5, img), add(4, link), add(5, frame)] }),
    mutation(300, {
      texts: [{ id: 901, value: `@import "${evil('text-import')}";b{background:url(${evil('text')})}` }],
    }),
    mutation(400, {
      attributes: [
        change(902, {
          src: evil('set-src'),
          srcset: evil('set-srcset'),
          onerror: RUN,
          style: {
            'background-image': `url(${evil('set-style')})`,
            cursor: [`url(${evil('set-cursor')}),auto`, 'important'],
          },
        }),
        change(903, { rel: 'preconnect', href: evil('set-link') }),
        change(903, { rel: 'stylesheet', href: evil('set-sheet'), _cssText: `@import "${evil('set-css')}";` }),
        change(904, { src: evil('set-frame'), srcdoc: `<script>${RUN}</script>` }),
        change(5, { background: evil('set-body'), onclick: RUN, style: `background:url(${evil('set-css-text')})` }),
      ],
    }),
    mutation(500, { adds: [add(904, inner)], isAttachIframe: true }),
    incremental(600, {
      source: 8,
      id: 900,
      adds: [{ rule: `i{background:url(${evil('rule')})}`, index: 0 }],
      replaceSync: `@import "${evil('replace')}";`,
    }),
    incremental(700, {
      source: 13,
      id: 900,
      index: [0],
      set: { property: 'background', value: `url(${evil('declaration')})` },
    }),
    incremental(800, {
      source: 15,
      id: 1,
      styleIds: [1],
      styles: [{ styleId: 1, rules: [{ rule: `p{background:url(${evil('adopted')})}` }] }],
    }),
    incremental(900, {
      source: 10,
      family: 'x',
      fontSource: `url(${evil('font-face')})`,
      buffer: false,
      descriptors: {},
    }),
    incremental(1_000, { source: 9, id: 902, type: 0, commands: [{ property: 'drawImage', args: [evil('draw')] }] }),
    incremental(1_100, { source: 2, type: 2, id: 5, x: 10, y: 10 }),
    incremental(1_200, { source: 7, type: 0, id: 902 }),
    { type: 5, timestamp: 1_300, data: { tag: 'x', payload: evil('custom') } },
    { type: 6, timestamp: 1_400, data: { plugin: 'rrweb/console@1', payload: evil('plugin') } },
    incremental(1_500, { source: 4, width: 1e9, height: -1 }),
  ];
}

const ndjson = (events: readonly object[]): string => events.map((event) => JSON.stringify(event)).join('\n');

/** What Chromium would do without our walls: the proof that the watching works. */
const CONTROLS = ['control-connect', 'control-img'];
function controlPage(): string {
  const [connect = '', img = ''] = CONTROLS.map((trick) => addressOf(trick));
  const dns = addressOf('control-dns');
  return `<link rel="dns-prefetch" href="${dns}"><link rel="preconnect" href="${connect}"><img src="${img}">`;
}

const folder = mkdtempSync(join(tmpdir(), 'replay-isolation-'));
const netLog = join(folder, 'net-log.json');
/** Connections to the stranger's server, and the first line of what was asked. */
const connections: string[] = [];
let server: Server;
let stranger: TcpServer;
let context: BrowserContext;
let base = '';

async function listen(one: Server | TcpServer): Promise<number> {
  await new Promise<void>((done) => {
    one.listen(0, '127.0.0.1', done);
  });
  return (one.address() as AddressInfo).port;
}

async function launch(): Promise<void> {
  rmSync(netLog, { force: true });
  connections.length = 0;
  context = await chromium.launchPersistentContext(mkdtempSync(join(folder, 'profile-')), {
    executablePath: executablePath ?? '',
    args: [
      ...CHROMIUM_ARGS.filter((arg) => arg !== '--disable-background-networking'),
      `--log-net-log=${netLog}`,
      '--net-log-capture-mode=Everything',
    ],
  });
}

/** The stranger's names in the browser's network log, which is whole once the browser has ended. */
async function namesAfterClosing(): Promise<string[]> {
  await context.close();
  return [...new Set(readFileSync(netLog, 'utf8').match(/[a-z0-9-]+\.evil\.test/g))].sort();
}

async function open(path: string): Promise<{ page: Page; ran: () => Promise<unknown>; dialogs: string[] }> {
  const page = await context.newPage();
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(base + path);
  return { page, dialogs, ran: () => page.evaluate('globalThis.hasRun') };
}

const show = (page: Page, events: readonly object[], atMs: number): Promise<unknown> =>
  page.evaluate(`showChain(${JSON.stringify(ndjson(events))}, ${atMs})`);

beforeAll(async () => {
  if (executablePath === undefined) return;
  await build({
    root,
    base: './',
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    build: {
      outDir: join(folder, 'built'),
      rolldownOptions: {
        input: { host: join(root, 'tests/browser/replay/host.html'), replay: join(root, 'src/viewer/replay.html') },
      },
    },
  });
  // Without any header of a server: the document's own walls must hold.
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css' };
    try {
      const bytes = path === '/control' ? controlPage() : readFileSync(join(folder, 'built', path));
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/html' }).end(bytes);
    } catch {
      response.writeHead(404).end(); // The browser's own wishes, such as an icon.
    }
  });
  stranger = createTcpServer((socket) => {
    connections.push('connected');
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      connections.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
  base = `http://127.0.0.1:${await listen(server)}`;
  await listen(stranger);
}, 60_000);

afterAll(() => {
  if (executablePath === undefined) return;
  server.close();
  stranger.close();
  rmSync(folder, { recursive: true, force: true });
});

const byName = (trick: string): string => `http://${trick}.evil.test/`;
const byPort = (trick: string): string => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/${trick}`;

describe.skipIf(executablePath === undefined).each([
  ['names that could be looked up', byName],
  ['the address of a listening server', byPort],
])('a hostile recording with %s', (_, address) => {
  it('is replayed, runs nothing and reaches nobody, neither as a whole nor moment by moment', async () => {
    addressOf = address;
    await launch();
    const { page, ran, dialogs } = await open('/tests/browser/replay/host.html');
    const events = [...snapshot(), ...later()];
    for (const atMs of [0, 5_000, 0]) {
      expect(await show(page, events, atMs)).toBe('shown');
      await page.waitForTimeout(300);
    }
    // Not applied at once but one after the other, by the replayer's timer.
    await page.evaluate('play(4)');
    await page.waitForTimeout(1_500);

    const shown = page.frames().filter((frame) => frame.url() === 'about:blank');
    const texts = await Promise.all(shown.map((frame) => frame.evaluate('document.body?.textContent ?? ""')));
    expect(texts.join()).toContain('Recorded page');
    expect(await ran()).toBeUndefined();
    expect(dialogs).toEqual([]);
    const urls = page.frames().map((frame) => frame.url());
    expect(urls.filter((url) => !url.startsWith(base) && url !== 'about:blank')).toEqual([]);
    expect(await namesAfterClosing()).toEqual([]);
    expect(connections).toEqual([]);
  });

  it('meets a second wall where the first should fail: what is written into the replayed page neither leaves nor runs', async () => {
    addressOf = address;
    await launch();
    const { page, ran } = await open('/tests/browser/replay/host.html');
    await show(page, snapshot(), 0);
    // Not here: preconnect, dns-prefetch and the address of a frame. No policy keeps Chromium from connecting ahead for
    // them (seen by adding them to this list); only that they are never built does.
    const written = [
      `<img src="${evil('wall-img')}" onerror="${RUN}">`,
      `<style>@import "${evil('wall-import')}";body{background:url(${evil('wall-css')})}@font-face{font-family:y;src:url(${evil('wall-font')})}*{font-family:y}</style>`,
      `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
      `<object data="${evil('wall-object')}"></object>`,
      `<link rel=stylesheet href="${evil('wall-sheet')}"><link rel=preload as=image href="${evil('wall-preload')}"><link rel=prefetch href="${evil('wall-prefetch')}">`,
      `<svg onload="${RUN}"><image href="${evil('wall-svg')}"/></svg>`,
      `<form action="${evil('wall-form')}"><button>x</button></form><video src="${evil('wall-video')}" poster="${evil('wall-poster')}"></video>`,
    ];
    await page.evaluate(`{
      const replay = document.querySelector('iframe').contentDocument;
      const body = replay.querySelector('.screen.shown iframe').contentDocument.body;
      body.innerHTML = ${JSON.stringify(written.join(''))};
      body.querySelector('form').submit();
      const script = body.ownerDocument.createElement('script');
      script.textContent = ${JSON.stringify(RUN)};
      body.append(script);
    }`);
    await page.waitForTimeout(700);
    expect(await ran()).toBeUndefined();
    expect(await namesAfterClosing()).toEqual([]);
    expect(connections).toEqual([]);
  });

  it('is watched by something that sees a page without walls', async () => {
    addressOf = address;
    await launch();
    const { page } = await open('/control');
    await page.waitForTimeout(1_000);
    const names = await namesAfterClosing();
    if (address === byName)
      expect(names).toEqual(['control-connect', 'control-dns', 'control-img'].map((name) => `${name}.evil.test`));
    else expect(connections).toEqual(expect.arrayContaining(['connected', 'GET /control-img HTTP/1.1']));
  });
});

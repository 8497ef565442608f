import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FRAME_TYPE } from '../../../src/shared/protocol/frame.js';
import { startApp, type AppDouble } from './app-double.js';
import { loadPanel, openChannel, PanelDouble, WindowDouble } from './documents.js';
import { answerOf, ask, post, type RawAnswer } from './requests.js';

// What pages of any origin, the recorded one among them, may try. Each request is what a browser would send for them.

let app: AppDouble;
let window: WindowDouble;
let panel: PanelDouble;
let draft: string;

beforeAll(async () => {
  app = await startApp();
  window = await WindowDouble.open(app.origin);
  panel = await PanelDouble.open(app.host.panelUrl);
  const answering = window.handOver([
    window.row('log', 0, [{ type: 'log', t: 10, level: 'log', logger: 'console', message: 'secret' }]),
  ]);
  draft = (await panel.createDraft()).id;
  await answering;
  await panel.readyDraft(draft);
  await panel.call('assembleDraft', { draft, description: '' });
});
afterAll(async () => {
  await app.close();
});

const panelUrl = (method: string): string => `${app.panelOrigin}/panel/${method}`;
const appUrl = (method: string): string => `${app.origin}/__fluxrec/recorder/${method}`;
const readDraft = (): object => ({ draft, offset: 0, length: 100 });
const hello = { originMs: 0, monoMs: 0, wallMs: 0, title: '' };

function errorOf(answer: RawAnswer): string {
  try {
    answerOf(answer);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isSilent(answer: RawAnswer): void {
  expect(answer.status).toBe(403);
  expect(answer.body.toString()).toBe('403\n');
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
}

describe('a draft', () => {
  it('is read by the panel', async () => {
    const { bytes } = await panel.call('readDraft', readDraft());
    expect(Buffer.from(bytes.subarray(0, 2)).toString()).toBe('PK');
  });

  it.each([
    ['another site', 'https://evil.example', 'cross-site'],
    ['the recorded page itself', '', 'same-site'],
    ['another port of this computer', 'http://127.0.0.1:1', 'same-site'],
    ['a sandboxed frame', 'null', 'cross-site'],
  ])('is not read or sent by %s, even with the panel’s capability', async (_who, origin, site) => {
    const headers = { Origin: origin === '' ? app.origin : origin, 'Sec-Fetch-Site': site };
    for (const method of ['readDraft', 'sendDraft', 'state', 'createDraft']) {
      isSilent(await post(panelUrl(method), readDraft(), { capability: panel.capability, headers }));
    }
  });

  it('is not sent by a form or a no-cors fetch, which can choose only simple content types', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { Origin: 'https://evil.example', 'Content-Type': type, 'Sec-Fetch-Site': 'cross-site' };
      isSilent(await post(panelUrl('sendDraft'), {}, { headers }));
      const own = { 'Content-Type': type };
      const answer = await post(panelUrl('readDraft'), readDraft(), { capability: panel.capability, headers: own });
      expect(() => answerOf(answer)).toThrow('400 bad-frame');
    }
  });

  it('is not preflighted into being readable', async () => {
    const answer = await ask(panelUrl('readDraft'), {
      method: 'OPTIONS',
      headers: { Origin: app.origin, 'Access-Control-Request-Method': 'POST' },
    });
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is not read with the recorder’s capability, nor with none or a made-up one', async () => {
    for (const capability of [window.hello.capability, undefined, 'A'.repeat(43)]) {
      const answer = await post(panelUrl('readDraft'), readDraft(), { capability });
      expect(() => answerOf(answer)).toThrow('401 capability-refused');
    }
  });

  it('is not read under a foreign name that was made to point here (DNS rebinding)', async () => {
    const { port } = new URL(app.panelOrigin);
    for (const host of [`evil.example:${port}`, 'evil.example', `127.0.0.1:1`, `localhost.evil.example:${port}`]) {
      const headers = { Host: host, Origin: `http://${host}` };
      isSilent(await post(panelUrl('readDraft'), readDraft(), { capability: panel.capability, headers }));
      isSilent(await ask(app.host.panelUrl, { headers: { Host: host, 'Sec-Fetch-Dest': 'document' } }));
      isSilent(await post(appUrl('hello'), hello, { headers }));
    }
  });

  it('is not under the app’s own origin at all', async () => {
    for (const method of ['readDraft', 'sendDraft', 'state']) {
      const answer = await post(appUrl(method), readDraft(), { capability: panel.capability });
      expect(answer.status).toBe(404);
    }
    const answer = await post(`${app.origin}/__fluxrec/panel/readDraft`, {}, { capability: panel.capability });
    expect(answer.status).toBe(404);
  });
});

describe('the panel’s capability', () => {
  it('is in its own document only, which no script can read', async () => {
    for (const destination of ['empty', 'script', 'image', 'style', 'worker', 'object', 'embed', 'audio', undefined]) {
      const headers = destination === undefined ? {} : { 'Sec-Fetch-Dest': destination };
      isSilent(await ask(app.host.panelUrl, { headers }));
    }
  });

  it('is in a document that is not kept, not sniffed and embedded by the app only', async () => {
    const { headers } = await ask(app.host.panelUrl, { headers: { 'Sec-Fetch-Dest': 'iframe' } });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['origin-agent-cluster']).toBe('?1');
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    const ancestors = /frame-ancestors ([^;]*)/.exec(policy)?.[1]?.split(' ');
    const { port } = new URL(app.origin);
    expect(ancestors).toEqual([`http://127.0.0.1:${port}`, `http://localhost:${port}`]);
  });

  it('is another one for each document, and never in an address', async () => {
    expect(await loadPanel(app.host.panelUrl)).not.toBe(await loadPanel(app.host.panelUrl));
    const { embedUrl } = (await window.call('openPanel', { view: 'send' })).value as { embedUrl: string };
    expect(embedUrl).toBe(`${app.host.panelUrl}#send`);
  });

  it('opens no recorder’s door', async () => {
    const answer = await post(appUrl('clock'), {}, { capability: panel.capability });
    expect(() => answerOf(answer)).toThrow('401 capability-refused');
  });
});

describe('the panel’s server', () => {
  it('has its own two documents and what they are made of, and nothing else of the build', async () => {
    const get = async (path: string, headers = {}): Promise<number> =>
      (await ask(`${app.panelOrigin}/${path}`, { headers })).status;
    expect(await get('assets/panel-00000000.js', { 'Sec-Fetch-Site': 'same-origin' })).toBe(200);
    expect(await get('assets/panel-00000000.js', { 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await get('src/viewer/replay.html', { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-origin' })).toBe(
      200,
    );
    expect(await get('src/viewer/replay.html', { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-site' })).toBe(
      403,
    );
    for (const path of [
      'src/viewer/index.html',
      'assets/viewer-00000000.js',
      'assets/app-00000000.js',
      '.vite/manifest.json',
      '../data/session.json',
      '%2e%2e/data/session.json',
      'assets/../../data/session.json',
      '',
    ]) {
      expect(await get(path, { 'Sec-Fetch-Dest': 'document' }), path).toBe(404);
    }
  });

  it('gives the replay document a policy under which nothing leaves', async () => {
    const headers = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-origin' };
    const answer = await ask(`${app.panelOrigin}/src/viewer/replay.html`, { headers });
    expect(answer.headers['content-security-policy']).toContain("connect-src 'none'");
    expect(answer.headers['content-security-policy']).toContain(`frame-ancestors 'self' ${app.origin}`);
  });
});

describe('an event channel', () => {
  it('opens to its own origin and its own capability only', async () => {
    const events = `${app.panelOrigin}/panel/events`;
    await expect(openChannel(events, 'https://evil.example', panel.capability)).rejects.toThrow('403');
    await expect(openChannel(events, app.origin, panel.capability)).rejects.toThrow('403');
    await expect(openChannel(events, 'null', panel.capability)).rejects.toThrow('403');
    await expect(openChannel(events, app.panelOrigin, window.hello.capability)).rejects.toThrow('closed with 4401');
    const recorder = `${app.origin}/__fluxrec/recorder/events`;
    await expect(openChannel(recorder, app.origin, panel.capability)).rejects.toThrow('closed with 4401');
    await expect(openChannel(recorder, app.panelOrigin, window.hello.capability)).rejects.toThrow('403');
  });

  it('tells nothing before the greeting, and closes on who sends anything else', async () => {
    const recorder = `${app.origin}/__fluxrec/recorder/events`;
    await expect(openChannel(recorder, app.origin, 'x'.repeat(3000))).rejects.toThrow(/closed with 100[69]/);
    await expect(openChannel(recorder, app.origin, 'x'.repeat(300))).rejects.toThrow('closed with 4401');
  });
});

describe('the recorded page', () => {
  it('can append and report and nothing else', async () => {
    for (const method of ['constructor', '__proto__', 'toString', 'readDraft', 'sendDraft', 'wipe', 'setPaused']) {
      expect((await post(appUrl(method), {}, { capability: window.hello.capability })).status, method).toBe(404);
    }
  });

  it('is refused before its body is read, when it has no capability', async () => {
    const answer = await ask(appUrl('append'), {
      method: 'POST',
      headers: { 'Content-Type': FRAME_TYPE, Origin: app.origin, 'Content-Length': '50000000' },
    }).catch((error: unknown) => error);
    expect(answer).toMatchObject({ status: 401 });
  });

  it('cannot send more than a request may hold, declared or not', async () => {
    const { capability } = window.hello;
    const large = 'x'.repeat(70_000);
    expect(errorOf(await post(appUrl('status'), large, { capability }))).toBe('400 bad-frame');
    const chunked = { 'Transfer-Encoding': 'chunked' };
    expect(errorOf(await post(appUrl('status'), large, { capability, headers: chunked }))).toBe('400 bad-frame');
  });

  it('cannot make the host fall over with what it sends', async () => {
    const { capability } = window.hello;
    for (const input of [null, [], 'text', { state: 'x' }, { handOver: 'x', segments: [] }, { __proto__: { a: 1 } }]) {
      for (const method of ['anchor', 'status', 'append', 'handedOver', 'wiped', 'openPanel']) {
        expect(errorOf(await post(appUrl(method), input, { capability })), method).toBe('400 bad-frame');
      }
    }
    await window.call('clock', {});
  });

  it('cannot speak for another window that lives, nor for the host, nor for another session', async () => {
    const other = await WindowDouble.open(app.origin);
    const answering = other.handOver([]);
    const { id } = await panel.createDraft();
    const { handOver } = (await window.channel.waitFor(
      'handOver',
      (data) => (data as { handOver: string }).handOver !== '',
    )) as {
      handOver: string;
    };
    await answering;
    const events = window.channel.events.filter(({ event }) => event === 'handOver');
    const current = (events.at(-1)?.data as { handOver: string }).handOver;
    expect(current).not.toBe(handOver);
    const line = { type: 'log', t: 10, level: 'log', logger: 'console', message: 'forged' };
    for (const forged of [
      other.row('log', 0, [line]),
      window.row('log', 0, [line], { source: 'host-1' }),
      window.row('log', 0, [line], { source: 'w77-1' }),
      window.row('log', 0, [line], { session: 'other' }),
    ]) {
      await expect(window.giveRows(current, [forged])).rejects.toThrow('bad-append');
    }
    await expect(window.giveRows(handOver, [window.row('log', 9, [line])])).rejects.toThrow('hand-over-closed');
    await window.call('handedOver', { handOver: current, dead: [] });
    const ready = await panel.readyDraft(id);
    expect(ready.available.lanes.some(({ lane }) => lane === 'log')).toBe(false);
  });
});

import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWebHostPort } from '../../../../src/recorder/host-port/web.js';
import { FluxionError } from '../../../../src/shared/errors.js';
import { method, type Contract } from '../../../../src/shared/protocol/contract.js';
import {
  CAPABILITY_REFUSED_CLOSE,
  decodeFrame,
  encodeFrame,
  FRAME_TYPE,
} from '../../../../src/shared/protocol/frame.js';

const contract = {
  methods: {
    hello: method(v.object({}), v.object({ capability: v.string() })),
    echo: method(v.object({ text: v.string() }), v.object({ text: v.string() })),
  },
  events: { ping: v.object({ number: v.number() }) },
} as const satisfies Contract;

/** A double of the browser's WebSocket, driven by the test. The real one, and the real host, are in the e2e tests. */
class SocketDouble extends EventTarget {
  static made: SocketDouble[] = [];
  readonly sent: string[] = [];
  isClosed = false;

  constructor(readonly url: string) {
    super();
    SocketDouble.made.push(this);
  }
  static get last(): SocketDouble {
    const socket = SocketDouble.made.at(-1);
    if (socket === undefined) throw new Error('no socket');
    return socket;
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isClosed = true;
  }
  open(): void {
    this.dispatchEvent(new Event('open'));
  }
  say(data: unknown): void {
    this.dispatchEvent(
      Object.assign(new Event('message'), { data: typeof data === 'string' ? data : JSON.stringify(data) }),
    );
  }
  drop(code = 1006): void {
    this.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

let answer: (url: string, init: RequestInit) => Response | Error;
const asked: { url: string; headers: Headers; json: unknown; bytes: Uint8Array }[] = [];

function framed(json: unknown, bytes?: Uint8Array): Response {
  return new Response(encodeFrame(json, bytes), { headers: { 'Content-Type': FRAME_TYPE } });
}

beforeEach(() => {
  vi.useFakeTimers();
  SocketDouble.made = [];
  asked.length = 0;
  answer = () => framed({ ok: { capability: 'cap-1', text: 'yes' } }, new Uint8Array([9]));
  vi.stubGlobal('location', { href: 'http://127.0.0.1:5000/work?x#y' });
  vi.stubGlobal('WebSocket', SocketDouble);
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const frame = decodeFrame(init.body as Uint8Array<ArrayBuffer>);
    asked.push({ url, headers: new Headers(init.headers), ...frame });
    const answered = await Promise.resolve(answer(url, init));
    if (answered instanceof Error) throw answered;
    return answered;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a call', () => {
  it('carries JSON and bytes both ways, the capability in a header and never in an address', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/panel', capability: 'cap-0' });
    const { value, bytes } = await port.call('echo', { text: 'hi' }, new Uint8Array([1, 2]));
    expect(value).toEqual({ text: 'yes' });
    expect([...bytes]).toEqual([9]);
    expect(asked[0]).toMatchObject({ url: 'http://127.0.0.1:5000/panel/echo', json: { text: 'hi' } });
    expect([...(asked[0]?.bytes ?? [])]).toEqual([1, 2]);
    expect(asked[0]?.headers.get('Authorization')).toBe('Bearer cap-0');
    expect(SocketDouble.last.url).toBe('ws://127.0.0.1:5000/panel/events');
    port.close();
  });

  it('rejects with the host’s own error, or says that the host is not there', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/panel', capability: 'c' });
    const codeOf = async (given: Response | Error): Promise<string> => {
      answer = () => given;
      const error: unknown = await port.call('echo', { text: '' }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(FluxionError);
      return error instanceof FluxionError ? error.code : '';
    };
    expect(await codeOf(framed({ error: { code: 'draft-empty', message: 'Nothing.' } }))).toBe('draft-empty');
    expect(await codeOf(new TypeError('Failed to fetch'))).toBe('host-unreachable');
    expect(await codeOf(new Response('<h1>dev server</h1>', { headers: { 'Content-Type': 'text/html' } }))).toBe(
      'host-unreachable',
    );
    expect(await codeOf(framed({ ok: { text: 5 } }))).toBe('bad-frame');
    expect(await codeOf(framed('nonsense'))).toBe('bad-frame');
    expect(await codeOf(new Response('x', { headers: { 'Content-Type': FRAME_TYPE } }))).toBe('bad-frame');
    port.close();
  });

  it('uses the fetch that was there when the port was made', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/panel', capability: 'c' });
    vi.stubGlobal('fetch', () => Promise.reject(new Error('the page’s wrapper')));
    await port.call('echo', { text: '' });
    port.close();
  });
});

describe('events', () => {
  it('begin with the capability that hello brought, and are parsed', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/r', helloFirst: true });
    expect(SocketDouble.made).toEqual([]);
    const pings: number[] = [];
    const states: boolean[] = [];
    port.on('ping', ({ number }) => pings.push(number));
    port.onConnection((connected) => states.push(connected));
    await port.call('hello', {});
    SocketDouble.last.open();
    expect(SocketDouble.last.sent).toEqual(['{"capability":"cap-1"}']);
    expect(states).toEqual([]);
    SocketDouble.last.say({ ready: true });
    SocketDouble.last.say({ event: 'ping', data: { number: 1 } });
    for (const bad of ['not json', '5', { event: 'ping', data: { number: 'x' } }, { event: 'unknown', data: {} }, {}]) {
      SocketDouble.last.say(bad);
    }
    SocketDouble.last.say({ event: 'ping', data: { number: 2 } });
    expect(pings).toEqual([1, 2]);
    expect(states).toEqual([true]);
    port.close();
    expect(SocketDouble.last.isClosed).toBe(true);
  });

  it('come back after a loss: soon, then less often, and at once when a call shows that the host is there', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/r', capability: 'c' });
    const states: boolean[] = [];
    port.onConnection((connected) => states.push(connected));
    SocketDouble.last.open();
    SocketDouble.last.say({ ready: true });
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const made = SocketDouble.made.length;
      SocketDouble.last.drop();
      let waitedMs = 0;
      while (SocketDouble.made.length === made) {
        vi.advanceTimersByTime(25);
        waitedMs += 25;
      }
      waits.push(waitedMs);
    }
    expect(states).toEqual([true, false]);
    for (const [turn, waited] of waits.entries()) {
      const middle = Math.min(10_000, 250 * 2 ** turn);
      expect(waited).toBeGreaterThanOrEqual(middle * 0.75 - 25);
      expect(waited).toBeLessThanOrEqual(middle * 1.25 + 25);
    }
    SocketDouble.last.drop();
    const made = SocketDouble.made.length;
    await port.call('echo', { text: '' });
    expect(SocketDouble.made.length).toBe(made + 1);
    SocketDouble.last.open();
    SocketDouble.last.say({ ready: true });
    expect(states).toEqual([true, false, true]);
    port.close();
    SocketDouble.last.drop();
    vi.advanceTimersByTime(60_000);
    expect(SocketDouble.made.length).toBe(made + 1);
  });

  it('are begun anew where a socket is taken and never answered', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/r', capability: 'c' });
    const [first] = SocketDouble.made;
    // By the app's server, say, before the host was attached to it. A call that is answered says that it is now.
    await port.call('echo', { text: '' });
    expect(SocketDouble.made).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1500);
    await port.call('echo', { text: '' });
    expect(first?.isClosed).toBe(true);
    expect(SocketDouble.made).toHaveLength(2);
    // Without any call, too.
    await vi.advanceTimersByTimeAsync(10_500);
    expect(SocketDouble.made).toHaveLength(3);
    SocketDouble.last.open();
    SocketDouble.last.say({ ready: true });
    await vi.advanceTimersByTimeAsync(60_000);
    await port.call('echo', { text: '' });
    expect(SocketDouble.made).toHaveLength(3);
    port.close();
  });

  it('end when the host does not know the capability, until the next hello', async () => {
    const port = createWebHostPort(contract, { baseUrl: '/r', helloFirst: true });
    await port.call('hello', {});
    const first = SocketDouble.last;
    first.open();
    first.drop(CAPABILITY_REFUSED_CLOSE);
    vi.advanceTimersByTime(60_000);
    expect(SocketDouble.made.length).toBe(1);
    await port.call('echo', { text: '' });
    expect(asked.at(-1)?.headers.get('Authorization')).toBeNull();
    answer = () => framed({ ok: { capability: 'cap-2' } });
    await port.call('hello', {});
    SocketDouble.last.open();
    expect(SocketDouble.last.sent).toEqual(['{"capability":"cap-2"}']);
    const pings: number[] = [];
    port.on('ping', ({ number }) => pings.push(number));
    first.say({ event: 'ping', data: { number: 1 } });
    expect(pings).toEqual([]);
    port.close();
  });

  it('do without a socket where the page’s policy forbids one; calls go on', async () => {
    vi.stubGlobal('WebSocket', function refuse() {
      throw new DOMException('blocked', 'SecurityError');
    });
    const port = createWebHostPort(contract, { baseUrl: '/r', capability: 'c' });
    await port.call('echo', { text: '' });
    port.close();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkLane } from '../../../src/recorder/lanes/network/network.js';
import { LaneDouble, pageFetch, wait } from './lane-double.js';

// A port where nothing listens: the browser refuses it at once.
const NOWHERE = 'http://127.0.0.1:1/x';
let lane: LaneDouble;

beforeEach(() => {
  lane = new LaneDouble().start(networkLane);
});

afterEach(() => {
  lane.stop();
});

async function ended(count = 1): Promise<void> {
  await lane.until(() => lane.of('network').filter(({ phase }) => phase === 'request').length >= count, 'a request');
}

describe('fetch', () => {
  it('keeps what was asked and what came, with the browser’s timing', async () => {
    const response = await fetch('/package.json?access_token=abc', { method: 'post', body: 'grün' });
    await response.text();
    await ended();
    const [event] = lane.of('network');
    expect(event).toMatchObject({
      kind: 'fetch',
      phase: 'request',
      method: 'POST',
      url: `${location.origin}/package.json?access_token=***`,
      status: response.status,
      outcome: 'ok',
      requestBytes: 5,
    });
    expect(event?.durationMs).toBeGreaterThan(0);
    expect(event?.timings?.waitMs).toBeGreaterThanOrEqual(0);
    expect(event?.responseBytes).toBeGreaterThan(0);
    expect(lane.faults).toEqual([]);
  });

  it('gives the page its own response, unread', async () => {
    const response = await fetch('/package.json');
    expect(response).toBeInstanceOf(Response);
    expect(response.bodyUsed).toBe(false);
    expect(((await response.json()) as { name: string }).name).toBe('fluxion-recorder');
  });

  it('is fetch to whoever looks', () => {
    expect(window.fetch.name).toBe('fetch');
    expect(window.fetch.length).toBe(1);
    expect(String(pageFetch())).toContain('[native code]');
    expect(() => {
      // @ts-expect-error -- what a careless page does
      void fetch().catch(() => undefined);
    }).not.toThrow();
  });

  it('keeps failures, and lets them go unhandled exactly when they were', async () => {
    const reasons: unknown[] = [];
    const onRejection = (event: PromiseRejectionEvent): void => {
      reasons.push(event.reason);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener('unhandledrejection', onRejection, { capture: true });
    const failure = await fetch(NOWHERE).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TypeError);
    await wait(50);
    expect(reasons).toHaveLength(0);
    await ended();
    expect(lane.of('network')[0]).toMatchObject({ outcome: 'failed', error: 'TypeError: Failed to fetch' });
    expect(lane.of('network')[0]?.status).toBeUndefined();
    window.removeEventListener('unhandledrejection', onRejection, { capture: true });
  });

  it('keeps aborts and time limits', async () => {
    const abort = new AbortController();
    abort.abort();
    await fetch('/package.json', { signal: abort.signal }).catch(() => undefined);
    await fetch('/package.json', { signal: AbortSignal.timeout(0) }).catch(() => undefined);
    await ended(2);
    expect(lane.of('network').map(({ outcome }) => outcome)).toEqual(['aborted', 'timeout']);
  });

  it('tells apart requests for the same URL that run together', async () => {
    const responses = await Promise.all([fetch('/package.json'), fetch('/package.json'), fetch('/package.json')]);
    await Promise.all(responses.map((response) => response.text()));
    await ended(3);
    expect(new Set(lane.of('network').map(({ id }) => id)).size).toBe(3);
  });

  it('says what is pending when the page goes', async () => {
    const abort = new AbortController();
    const request = fetch('http://127.0.0.1:9/never', { signal: abort.signal }).catch(() => undefined);
    lane.leave();
    lane.leave();
    abort.abort();
    await request;
    expect(lane.of('network').filter(({ phase }) => phase === 'pending')).toHaveLength(1);
  });

  it('leaves the recorder’s own requests out', async () => {
    await fetch('/__fluxrec/recorder/hello', { method: 'POST' }).catch(() => undefined);
    await wait(100);
    expect(lane.of('network')).toEqual([]);
  });

  it('is not there after the end', async () => {
    const seen = pageFetch();
    lane.stop();
    expect(pageFetch()).not.toBe(seen);
    await (await seen('/package.json')).text();
    await wait(50);
    expect(lane.of('network')).toEqual([]);
  });

  it('survives a fetch that the page has replaced by nonsense', () => {
    lane.stop();
    const real = pageFetch();
    window.fetch = (() => 7) as unknown as typeof fetch;
    const other = new LaneDouble().start(networkLane);
    expect(window.fetch('/x') as unknown).toBe(7);
    other.stop();
    window.fetch = real;
  });
});

describe('XMLHttpRequest', () => {
  function send(url: string, work: (xhr: XMLHttpRequest) => void = () => undefined): Promise<void> {
    return new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      xhr.open('GET', url);
      xhr.onloadend = () => {
        resolve();
      };
      xhr.send();
      work(xhr);
    });
  }

  it('keeps what came', async () => {
    await send('/package.json');
    await ended();
    expect(lane.of('network')[0]).toMatchObject({
      kind: 'xhr',
      method: 'GET',
      status: 200,
      outcome: 'ok',
      contentType: expect.stringContaining('json') as unknown,
    });
    expect(lane.of('network')[0]?.responseBytes).toBeGreaterThan(100);
  });

  it('keeps failures, aborts and time limits', async () => {
    await send(NOWHERE);
    await send('/package.json', (xhr) => {
      xhr.abort();
    });
    await ended(2);
    const byStart = lane.of('network').sort((a, b) => a.t - b.t);
    expect(byStart.map(({ outcome }) => outcome)).toEqual(['failed', 'aborted']);
  });

  it('keeps synchronous requests', async () => {
    const xhr = new XMLHttpRequest();
    xhr.open('GET', '/package.json', false);
    xhr.send();
    expect(xhr.status).toBe(200);
    await ended();
    expect(lane.of('network')[0]).toMatchObject({ kind: 'xhr', status: 200 });
    const broken = new XMLHttpRequest();
    broken.open('GET', NOWHERE, false);
    expect(() => {
      broken.send();
    }).toThrow();
    await ended(2);
    expect(lane.of('network')[1]?.outcome).toBe('failed');
  });

  it('lets a page throw what the browser throws', () => {
    expect(() => {
      new XMLHttpRequest().send();
    }).toThrow(DOMException);
    expect(() => {
      XMLHttpRequest.prototype.send.call({} as XMLHttpRequest);
    }).toThrow(TypeError);
  });
});

/** Stands where a server would have to be: a socket that opens, echoes and closes. */
class EchoSocket extends EventTarget {
  static readonly OPEN = 1;
  readonly OPEN = 1;
  readyState = 0;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    setTimeout(() => {
      this.readyState = 1;
      this.dispatchEvent(new Event('open'));
    });
  }

  send(data: string): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  close(): void {
    this.dispatchEvent(new CloseEvent('close', { wasClean: true, code: 1000, reason: 'done' }));
  }
}

describe('WebSocket', () => {
  it('keeps opening, closing and the traffic between', async () => {
    lane.stop();
    const real = window.WebSocket;
    window.WebSocket = EchoSocket as unknown as typeof WebSocket;
    lane = new LaneDouble().start(networkLane);
    const socket = new WebSocket('ws://user:pw@app.test/live?token=abc');
    await lane.until(() => lane.of('network').length > 0, 'open');
    socket.send('grün');
    socket.send('b');
    socket.close();
    expect(lane.of('network')).toMatchObject([
      { kind: 'websocket', phase: 'open', url: 'ws://app.test/live?token=***', outcome: 'ok' },
      {
        phase: 'close',
        outcome: 'ok',
        statusText: '1000 done',
        messagesSent: 2,
        messagesReceived: 2,
        requestBytes: 6,
        responseBytes: 6,
      },
    ]);
    expect(new Set(lane.of('network').map(({ id }) => id)).size).toBe(1);
    window.WebSocket = real;
  });

  it('keeps a socket that never opened', async () => {
    const socket = new WebSocket('ws://127.0.0.1:1/x');
    expect(socket).toBeInstanceOf(WebSocket);
    expect(WebSocket.OPEN).toBe(1);
    class Derived extends WebSocket {
      readonly isDerived = true;
    }
    const derived = new Derived('ws://127.0.0.1:1/y');
    expect(derived.isDerived).toBe(true);
    expect(derived).toBeInstanceOf(Derived);
    await lane.until(() => lane.of('network').length >= 2, 'both to close');
    expect(lane.of('network').map(({ phase, outcome }) => [phase, outcome])).toEqual([
      ['close', 'failed'],
      ['close', 'failed'],
    ]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchOrEarly, requestEarly } from '../../../src/viewer/sources/early-requests.js';
import { openRange } from '../../../src/viewer/sources/http-range.js';
import { DeskClient } from '../../../src/viewer/sources/desk-client.js';

const BASE = 'http://desk.test/';
const ID = '0b6f5b80-0000-4000-8000-000000000000';
interface Asked {
  readonly url: string;
  readonly range: string | null;
  readonly signal: AbortSignal | null | undefined;
}
let asked: Asked[] = [];

function answer(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = input instanceof Request ? input.url : String(input);
  const range = new Headers(init?.headers).get('range');
  asked.push({ url, range, signal: init?.signal });
  if (range === null) return Promise.resolve(Response.json({ message: 'no', code: 'x' }, { status: 404 }));
  const body = new Uint8Array(1000);
  const headers = { 'content-range': 'bytes 0-999/1000' };
  return Promise.resolve(new Response(body, { status: 206, headers }));
}

describe('requests made early', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    asked = [];
    vi.stubGlobal('fetch', vi.fn(answer));
  });
  afterEach(() => {
    vi.runAllTimers(); // What nobody took is forgotten.
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('are the very ones that opening a report makes, and are made once', async () => {
    requestEarly(BASE, ID);
    expect(asked).toHaveLength(3);
    const desk = new DeskClient({ baseUrl: BASE, fetch: fetchOrEarly });
    const [source] = await Promise.all([
      openRange({ url: desk.partUrl(ID, 0), fetch: fetchOrEarly }),
      desk.report(ID).catch(() => undefined),
    ]);
    expect(source.size).toBe(1000);
    expect(asked).toHaveLength(3);
    await openRange({ url: desk.partUrl(ID, 0), fetch: fetchOrEarly });
    expect(asked).toHaveLength(5);
  });

  it('end with whoever took them', async () => {
    requestEarly(BASE, ID);
    const { signal: early } = asked[2] as Asked;
    const taker = new AbortController();
    await fetchOrEarly(`${BASE}api/reports/${ID}`, { signal: taker.signal });
    taker.abort();
    expect(early?.aborted).toBe(true);
  });

  it('are forgotten when nobody asked for them in time, and never answer anything but a GET', async () => {
    requestEarly(BASE, ID);
    await fetchOrEarly(`${BASE}api/reports/${ID}`, { method: 'DELETE' });
    expect(asked).toHaveLength(4);
    vi.advanceTimersByTime(10_000);
    await fetchOrEarly(`${BASE}api/reports/${ID}`);
    expect(asked).toHaveLength(5);
  });
});

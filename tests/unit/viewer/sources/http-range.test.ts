import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRange, RangeByteSource } from '../../../../src/viewer/sources/http-range.js';
import { SourceError } from '../../../../src/viewer/sources/source-error.js';

/** A file behind HTTP, as RFC 9110 wants it, with every request noted; `alter` may answer something else. */
function serve(
  bytes: Uint8Array<ArrayBuffer>,
  alter: (count: number, request: Request) => Response | undefined = () => undefined,
) {
  const requests: string[] = [];
  const state = { bytes, etag: '"v1"' };
  const fetcher: typeof fetch = (input, init) => {
    const request = new Request(new URL(input as string, 'http://desk.test'), { ...init, signal: null });
    const range = request.headers.get('range') ?? '';
    requests.push(range);
    init?.signal?.throwIfAborted();
    const altered = alter(requests.length, request);
    if (altered !== undefined) return Promise.resolve(altered);
    const { bytes: file, etag } = state;
    const ifMatch = request.headers.get('if-match');
    if (ifMatch !== null && ifMatch !== etag) return Promise.resolve(new Response(null, { status: 412 }));
    const match = /^bytes=(\d*)-(\d*)$/.exec(range);
    const from = match?.[1] === '' ? Math.max(0, file.length - Number(match[2])) : Number(match?.[1]);
    const last =
      match?.[1] === '' || match?.[2] === '' ? file.length - 1 : Math.min(Number(match?.[2]), file.length - 1);
    if (from > last) {
      return Promise.resolve(
        new Response(null, { status: 416, headers: { 'content-range': `bytes */${file.length}` } }),
      );
    }
    return Promise.resolve(
      new Response(file.slice(from, last + 1), {
        status: 206,
        headers: { 'content-range': `bytes ${from}-${last}/${file.length}`, etag },
      }),
    );
  };
  return { requests, state, fetcher };
}

const KB = 1024;
function file(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
}
const opened = (served: ReturnType<typeof serve>, signal?: AbortSignal) =>
  openRange({ url: '/r.fluxrec', fetch: served.fetcher, signal });
/** Byte by byte: `toEqual` takes seconds for so many. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  return error instanceof SourceError ? error.code : error;
};

afterEach(() => {
  vi.useRealTimers();
});

describe('a file by range', () => {
  it('is opened with two requests, and its ends need no further one', async () => {
    const bytes = file(2_000 * KB);
    const served = serve(bytes);
    const source = await opened(served);
    expect(source.size).toBe(bytes.length);
    expect(served.requests).toEqual(['bytes=-98304', 'bytes=0-131071']);
    expect(isSame(await source.read(100, 5_000), bytes.slice(100, 5_100))).toBe(true);
    expect(isSame(await source.read(bytes.length - 70_000, 70_000), bytes.slice(-70_000))).toBe(true);
    expect(served.requests).toHaveLength(2);
  });

  it('answers the right bytes for any read, whatever is known already', async () => {
    const bytes = file(700 * KB + 321);
    const source = await opened(serve(bytes));
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % below;
    };
    for (let step = 0; step < 200; step += 1) {
      const offset = random(bytes.length);
      const length = random(Math.min(200 * KB, bytes.length - offset) + 1);
      expect(isSame(await source.read(offset, length), bytes.slice(offset, offset + length))).toBe(true);
    }
  });

  it('fetches a chain in one request, and again in none', async () => {
    const served = serve(file(2_000 * KB));
    const source = await opened(served);
    await source.read(500 * KB, 300 * KB);
    await source.read(600 * KB, 100 * KB);
    expect(served.requests).toHaveLength(3);
  });

  it('fetches only what lies between what it has', async () => {
    const served = serve(file(2_000 * KB));
    const source = await opened(served);
    await source.read(400 * KB, 16 * KB);
    await source.read(384 * KB, 48 * KB);
    expect(served.requests.slice(3)).toEqual([
      `bytes=${384 * KB}-${400 * KB - 1}`,
      `bytes=${416 * KB}-${432 * KB - 1}`,
    ]);
  });

  it('fetches ahead when it is read on and on', async () => {
    const served = serve(file(8_000 * KB));
    const source = await opened(served);
    for (let at = 200 * KB; at < 7_000 * KB; at += 8 * KB) await source.read(at, 8 * KB);
    expect(served.requests.length).toBeLessThan(16);
  });

  it('says that the file was replaced while it was read', async () => {
    const served = serve(file(2_000 * KB));
    const source = await opened(served);
    served.state.etag = '"v2"';
    expect(await codeOf(source.read(500 * KB, 10))).toBe('changed');
  });

  it('also when the server cares for no If-Match: by size', async () => {
    const served = serve(file(2_000 * KB), (count, request) => {
      if (count < 3) return undefined;
      const from = Number(/\d+/.exec(request.headers.get('range') ?? '')?.[0]);
      const headers = { 'content-range': `bytes ${from}-${from + 16383}/999999999`, etag: '"v1"' };
      return new Response(new Uint8Array(16384), { status: 206, headers });
    });
    const source = await opened(served);
    expect(await codeOf(source.read(512 * KB, 10))).toBe('changed');
  });

  it('tries again after a busy server and a cut connection, and gives up in the end', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
    const bytes = file(2_000 * KB);
    const busy = serve(bytes, (count) =>
      count === 3 || count === 4 ? new Response(null, { status: 503 }) : undefined,
    );
    expect(isSame(await (await opened(busy)).read(500 * KB, 10), bytes.slice(500 * KB, 500 * KB + 10))).toBe(true);

    const cut = serve(bytes, (count, request) => {
      if (count !== 3) return undefined;
      const from = Number(/\d+/.exec(request.headers.get('range') ?? '')?.[0]);
      const headers = { 'content-range': `bytes ${from}-${from + 16383}/${bytes.length}`, etag: '"v1"' };
      return new Response(new Uint8Array(99), { status: 206, headers });
    });
    expect(isSame(await (await opened(cut)).read(512 * KB, 10), bytes.slice(512 * KB, 512 * KB + 10))).toBe(true);

    const away = serve(bytes, () => {
      throw new TypeError('Failed to fetch');
    });
    expect(await codeOf(opened(away))).toBe('offline');
    expect(away.requests.length).toBeGreaterThan(4);
  });

  it('names what a server refuses', async () => {
    const statuses = { 401: 'signed-out', 403: 'refused', 404: 'not-found', 410: 'not-found', 412: 'changed' };
    for (const [status, code] of Object.entries(statuses)) {
      const served = serve(file(10), () => new Response(null, { status: Number(status) }));
      expect(await codeOf(opened(served)), status).toBe(code);
    }
  });

  it('takes a small file whole from a server without ranges, and refuses a large one', async () => {
    const bytes = file(300 * KB);
    const whole = () => new Response(bytes.slice(), { headers: { 'content-length': String(bytes.length) } });
    const source = await opened(serve(bytes, whole));
    expect(isSame(await source.read(150 * KB, 10), bytes.slice(150 * KB, 150 * KB + 10))).toBe(true);
    const large = serve(bytes, () => new Response('x', { headers: { 'content-length': String(2 ** 40) } }));
    expect(await codeOf(opened(large))).toBe('no-range');
    const endless = serve(bytes, () => new Response(bytes.slice(), { headers: { 'content-length': '10' } }));
    expect(await codeOf(opened(endless))).toBe('no-range');
  });

  it('takes no other range than it asked for', async () => {
    const wrong = (range: string) =>
      serve(file(10), () => new Response('abc', { status: 206, headers: { 'content-range': range } }));
    for (const range of ['bytes 5-7/2000000', 'bytes 0-2/*', 'items 0-2/3', 'bytes 2-0/3', '']) {
      expect(await codeOf(opened(wrong(range))), range).toBe('no-range');
    }
  });

  it('takes an empty file for what it is', async () => {
    const source = await opened(serve(file(0)));
    expect(source.size).toBe(0);
  });

  it('stops at once when it is aborted', async () => {
    const stop = new AbortController();
    const served = serve(file(2_000 * KB), (count) => {
      if (count === 3) stop.abort(new Error('enough'));
      return count >= 3 ? new Response(null, { status: 503 }) : undefined;
    });
    const source = await opened(served);
    await expect(source.read(500 * KB, 10, stop.signal)).rejects.toThrow('enough');
    expect(served.requests).toHaveLength(3);
  });
});

describe('a file that the server sends us on to', () => {
  const DESK = 'http://desk.test/r.fluxrec';

  /** A desk that redirects to a store, whose addresses are good for so many requests. */
  function redirected(bytes: Uint8Array<ArrayBuffer>, good: number) {
    const asked: string[] = [];
    const tags: (string | null)[] = [];
    const store = serve(bytes);
    let uses = 0;
    let address = 0;
    const fetcher: typeof fetch = async (input, init) => {
      const url = new URL(input as string, DESK).href;
      asked.push(url);
      tags.push(new Headers(init?.headers).get('if-match'));
      const isDesk = url === DESK;
      if (isDesk) [address, uses] = [address + 1, 0];
      else if (url !== `https://store.test/${address}`) return new Response(null, { status: 403 });
      if ((uses += 1) > good) return new Response(null, { status: 403 });
      const answer = await store.fetcher(input, init);
      // What `fetch` answers after it has followed a redirect.
      return Object.defineProperties(answer, {
        redirected: { value: isDesk },
        url: { value: `https://store.test/${address}` },
      });
    };
    return { asked, tags, fetcher };
  }

  it('is read there, and the server is asked again only when the address has expired', async () => {
    const bytes = file(2_000 * KB);
    const { asked, tags, fetcher } = redirected(bytes, 3);
    const source = await openRange({ url: DESK, fetch: fetcher });
    for (let at = 200_000; at < 1_700_000; at += 300_000) {
      expect(isSame(await source.read(at, 100), bytes.slice(at, at + 100))).toBe(true);
    }
    const path = asked.slice(2).map((url) => (url === DESK ? 'desk' : url.replace('https://store.test/', '')));
    // Opened by two requests to the desk; each address is good for three uses, that by the desk among them.
    expect(path).toEqual(['2', '2', '2', 'desk', '3', '3']);
    // The tag is the store's: the desk has another one for the same bytes.
    expect(new Set(tags)).toEqual(new Set([null]));
  });

  it('is refused where the server refuses', async () => {
    const bytes = file(2_000 * KB);
    const gone: typeof fetch = () => Promise.resolve(new Response(null, { status: 403 }));
    const refused = new RangeByteSource(DESK, gone, {
      size: bytes.length,
      etag: '"v1"',
      movedTo: 'https://store.test/1',
    });
    expect(await codeOf(refused.read(500_000, 10))).toBe('refused');
  });
});

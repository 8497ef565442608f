import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeskClient, type Fetch } from '../../../../src/main/services/desk-client.js';
import type { SentProgress, UploadOptions } from '../../../../src/main/services/part-to-send.js';
import { uploadPart } from '../../../../src/main/services/upload-part.js';
import type { TicketRequest } from '../../../../src/shared/protocol/desk.js';
import { makeHead, sha256 } from '../../../integration/desk/part.js';

// A double of a desk with a store, for what a real one cannot be made to show at will. Real ones are in tests/integration.

const CHUNK = 100_000;
const LIFE_MS = 900_000;

class StoreDouble {
  readonly chunks = new Map<number, Buffer>();
  readonly requests: string[] = [];
  lifeMs = LIFE_MS;
  nowMs = 0;
  /** What becomes of the next PUT: a status in place of taking it, or an error in the middle. */
  fault: (() => number | 'cut' | undefined) | undefined;
  url = 'https://store.example/';
  #part: TicketRequest['part'] | undefined;

  readonly fetch: Fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.host === 'desk.example') return this.#desk(url.pathname, init);
    return await this.#store(url, init);
  };

  get received(): number {
    let bytes = 0;
    for (let at = 0; this.chunks.has(at); at += CHUNK) bytes += this.chunks.get(at)?.length ?? 0;
    return bytes;
  }

  #desk(path: string, { body }: RequestInit): Response {
    if (path === '/api/tickets') {
      this.requests.push('ticket');
      this.#part = (JSON.parse(body as string) as TicketRequest).part;
      return Response.json({ ticket: 'T', receivedBytes: this.received, status: 'open', chunkBytes: CHUNK });
    }
    const { bytes } = this.#part ?? { bytes: 0 };
    if (path === '/api/upload/places') {
      const { offset } = JSON.parse(body as string) as { offset: number };
      this.requests.push(`places ${offset}`);
      const places = [0, 1, 2]
        .map((index) => offset + index * CHUNK)
        .filter((at) => at < bytes)
        .map((at) => ({
          offset: at,
          bytes: Math.min(CHUNK, bytes - at),
          url: `${this.url}${at}?until=${this.nowMs + this.lifeMs}`,
        }));
      return Response.json({ places, lifeMs: this.lifeMs });
    }
    this.requests.push('complete');
    return Response.json({ status: 'accepted' });
  }

  async #store(url: URL, init: RequestInit): Promise<Response> {
    const offset = Number(url.pathname.slice(1));
    this.requests.push(`put ${offset}`);
    const fault = this.fault?.();
    if (typeof fault === 'number') return new Response(null, { status: fault });
    if (this.nowMs > Number(url.searchParams.get('until'))) return new Response(null, { status: 403 });
    const pieces: Uint8Array[] = [];
    for await (const piece of init.body as unknown as AsyncIterable<Uint8Array>) {
      if (fault === 'cut')
        throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'EPIPE' }) });
      pieces.push(piece);
    }
    const chunk = Buffer.concat(pieces);
    expect(new Headers(init.headers).get('content-length')).toBe(String(chunk.length));
    this.chunks.set(offset, chunk);
    return new Response(null);
  }
}

let store: StoreDouble;
let bytes: Buffer;
let progress: SentProgress[];
beforeEach(() => {
  store = new StoreDouble();
  bytes = randomBytes(4 * CHUNK + 5);
  progress = [];
});

function send(more: Partial<UploadOptions> = {}) {
  return uploadPart({
    client: new DeskClient({ url: 'https://desk.example' }, store.fetch),
    head: makeHead(),
    toSend: {
      part: { number: 0, bytes: bytes.length, sha256: sha256(bytes) },
      read: (offset, length) => Promise.resolve(new Uint8Array(bytes.subarray(offset, offset + length))),
    },
    signal: new AbortController().signal,
    monoMs: () => store.nowMs,
    onProgress: (one) => progress.push(one),
    ...more,
  });
}

const arrived = (): boolean =>
  Buffer.concat([...store.chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk)).equals(bytes);

describe('a part that goes straight to a store', () => {
  it('is sent chunk by chunk, where the desk says, and completed', async () => {
    expect(await send()).toEqual({ status: 'accepted' });
    expect(arrived()).toBe(true);
    expect(store.requests).toEqual([
      'ticket',
      'places 0',
      ...['put 0', 'put 100000', 'put 200000'],
      'places 300000',
      ...['put 300000', 'put 400000'],
      'complete',
    ]);
    const kept = progress.map(({ keptBytes }) => keptBytes);
    expect([...kept].sort((a, b) => a - b)).toEqual(kept);
    expect(kept.at(-1)).toBe(bytes.length);
    for (const { sentBytes, keptBytes } of progress) expect(sentBytes).toBeGreaterThanOrEqual(keptBytes);
  });

  it('goes on after the last chunk that the store has; one chunk is sent again after a cut', async () => {
    let puts = 0;
    store.fault = () => ((puts += 1) === 3 ? 'cut' : undefined);
    await expect(send()).rejects.toMatchObject({ code: 'desk-unreachable' });
    expect(store.received).toBe(2 * CHUNK);
    store.requests.length = 0;
    await send();
    expect(store.requests[1]).toBe('places 200000');
    expect(arrived()).toBe(true);
  });

  it('does not use an address that is about to expire, and asks again for one that has', async () => {
    let puts = 0;
    store.fault = () => {
      puts += 1;
      if (puts === 1) store.nowMs += LIFE_MS - 1000; // A slow line: the first chunk took nearly all the time.
      if (puts === 3) store.nowMs += 2 * LIFE_MS; // The computer slept; the store's clock did not.
      return undefined;
    };
    await send();
    expect(store.requests).toEqual([
      'ticket',
      'places 0',
      'put 0',
      'places 100000',
      'put 100000',
      'put 200000',
      'places 200000',
      'put 200000',
      'put 300000',
      'put 400000',
      'complete',
    ]);
    expect(arrived()).toBe(true);
  });

  it('waits where the store goes on refusing, and does not ask without end', async () => {
    store.fault = () => 403;
    await expect(send()).rejects.toMatchObject({ code: 'store-refused' });
    expect(store.requests.filter((request) => request.startsWith('put')).length).toBe(4);
  });

  it.each([500, 503, 429, 400])('waits where the store answers %d', async (status) => {
    store.fault = () => status;
    await expect(send()).rejects.toMatchObject({ code: `store-http-${status}` });
  });

  it('is not sent readable for everybody on the way', async () => {
    store.url = 'http://store.example/';
    await expect(send()).rejects.toMatchObject({ code: 'desk-url' });
    expect(store.requests).toEqual(['ticket', 'places 0']);
  });

  it('is given up where its file is gone', async () => {
    const part = { number: 0, bytes: bytes.length, sha256: sha256(bytes) };
    const read = () => Promise.reject(new Error('ENOENT'));
    await expect(send({ toSend: { part, read } })).rejects.toMatchObject({ code: 'bundle-lost' });
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    store.fault = () => {
      stop.abort(new Error('stopped'));
      return 'cut';
    };
    await expect(send({ signal: stop.signal })).rejects.toThrow('stopped');
  });
});

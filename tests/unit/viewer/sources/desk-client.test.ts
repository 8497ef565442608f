import { describe, expect, it } from 'vitest';
import { DeskClient, DeskError } from '../../../../src/viewer/sources/desk-client.js';

const ID = '3f0f5b60-6a0f-4c0e-9d7e-0d5b0c9f7a11';

interface Asked {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A desk that gives one answer to everything. */
function deskThat(answer: (asked: Asked) => Response | Promise<Response>): { client: DeskClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const fake: typeof fetch = async (input, init = {}) => {
    const one = { url: new URL(input instanceof Request ? input.url : input), init };
    asked.push(one);
    init.signal?.throwIfAborted();
    return answer(one);
  };
  return { client: new DeskClient({ baseUrl: 'http://127.0.0.1:4310/', fetch: fake }), asked };
}

const json = (body: unknown, init: ResponseInit = {}): Response => Response.json(body, init);

async function failure(promise: Promise<unknown>): Promise<DeskError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DeskError);
  return error as DeskError;
}

describe('what it asks', () => {
  it('sends the query of the inbox, and no empty part of it', async () => {
    const { client, asked } = deskThat(() => json({ reports: [], total: 0 }));
    await client.inbox({ query: 'K7QF2 & more', status: 'open', before: ID, limit: 50 });
    await client.inbox({ query: '', limit: 50 });
    expect(Object.fromEntries(asked[0]?.url.searchParams ?? [])).toEqual({
      query: 'K7QF2 & more',
      status: 'open',
      before: ID,
      limit: '50',
    });
    expect(asked[1]?.url.search).toBe('?limit=50');
  });

  it('keeps a stranger’s id inside of its path', async () => {
    const { client, asked } = deskThat(() => json({}, { status: 404 }));
    await failure(client.report('../session?x'));
    expect(asked[0]?.url.pathname).toBe('/api/reports/..%2Fsession%3Fx');
    expect(client.partUrl('a/b', 0)).toBe('http://127.0.0.1:4310/api/reports/a%2Fb/parts/0');
  });

  it('sends a code or a token in the body, never in the address', async () => {
    const { client, asked } = deskThat(() => json({ name: 'Ines' }));
    await expect(client.signIn({ code: 'once' })).resolves.toBe('Ines');
    expect(asked[0]?.url.href).toBe('http://127.0.0.1:4310/api/session');
    expect(asked[0]?.init.body).toBe('{"code":"once"}');
  });

  it('asks for a report only if it is another than the one it has', async () => {
    const summary = {
      id: ID,
      receiptCode: 'K7QF2-9DM4X-7',
      createdMs: 1,
      session: 's1',
      app: { name: 'Fluxion', version: '4.2.0' },
      description: '',
      status: 'new',
      parts: [],
      quarantined: 0,
      bytes: 0,
      comments: 0,
      errors: 0,
      durationMs: 0,
      updatedMs: 1,
    };
    const { client, asked } = deskThat(({ init }) =>
      new Headers(init.headers).get('if-none-match') === '"1"'
        ? new Response(null, { status: 304 })
        : json({ report: summary, conversation: [] }, { headers: { etag: '"1"' } }),
    );
    const first = await client.report(ID);
    expect(first).toEqual({ answer: { report: summary, conversation: [] }, tag: '"1"' });
    await expect(client.report(ID, undefined, { tag: first?.tag })).resolves.toBeUndefined();
    await expect(client.report(ID, undefined, { tag: '"0"' })).resolves.toEqual(first);
    expect(new Headers(asked[0]?.init.headers).has('if-none-match')).toBe(false);
  });

  it('takes an answer without a body', async () => {
    const { client } = deskThat(() => new Response(null, { status: 204 }));
    await expect(client.signOut()).resolves.toBeUndefined();
  });
});

describe('what goes wrong', () => {
  it.each([
    ['no connection', () => Promise.reject(new TypeError('Failed to fetch')), 'desk-unreachable'],
    ['a proxy without its desk', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'desk-unreachable'],
    ['signed out', () => json({ code: 'signed-out', message: 'Sign in.' }, { status: 401 }), 'desk-signed-out'],
    ['a static server', () => new Response('Not found', { status: 404 }), 'desk-absent'],
    [
      'a static server that answers its page',
      () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
      'desk-absent',
    ],
    [
      'no such report',
      () => json({ code: 'report-unknown', message: 'There is none.' }, { status: 404 }),
      'desk-refused',
    ],
    ['an answer of another version', () => json({ rows: [] }), 'desk-answer-invalid'],
    [
      'broken JSON',
      () => new Response('{"reports":', { headers: { 'content-type': 'application/json' } }),
      'desk-answer-invalid',
    ],
    ['a full disk', () => json({ code: 'disk-full', message: 'The disk is full.' }, { status: 507 }), 'desk-refused'],
  ])('%s is %s', async (_name, answer, code) => {
    const { client } = deskThat(answer);
    expect((await failure(client.inbox({ limit: 50 }))).code).toBe(code);
  });

  it('takes no "unchanged" of whom it has asked for everything', async () => {
    const { client } = deskThat(() => new Response(null, { status: 304 }));
    await failure(client.report(ID));
  });

  it.each([
    [401, true],
    [404, false],
    [409, false],
    [429, true],
    [503, true],
    [507, true],
  ])('of status %i may heal: %s', async (status, mayHeal) => {
    const { client } = deskThat(() => json({ code: 'x', message: 'No.' }, { status }));
    expect((await failure(client.inbox({ limit: 50 }))).mayHeal).toBe(mayHeal);
  });

  it('says what the desk said, and how long it asked to wait', async () => {
    const { client } = deskThat(() =>
      json(
        { code: 'too-many', message: 'Too many tries. Wait a minute.' },
        { status: 429, headers: { 'retry-after': '60' } },
      ),
    );
    const error = await failure(client.signIn({ token: 'wrong' }));
    expect(error).toMatchObject({
      code: 'desk-refused',
      deskCode: 'too-many',
      status: 429,
      retryAfterMs: 60_000,
      message: 'Too many tries. Wait a minute.',
    });
  });

  it('reads no more of an endless answer than it may', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
    });
    const { client } = deskThat(() => new Response(endless, { headers: { 'content-type': 'application/json' } }));
    expect((await failure(client.inbox({ limit: 50 }))).code).toBe('desk-answer-invalid');
    expect(sent).toBeLessThan(20 * 1024 * 1024);
  });

  it('rejects with the reason of whoever aborted', async () => {
    const { client } = deskThat(() => json({ reports: [], total: 0 }));
    const abort = new AbortController();
    abort.abort(new Error('left the page'));
    await expect(client.inbox({ limit: 50 }, abort.signal)).rejects.toThrow('left the page');
  });
});

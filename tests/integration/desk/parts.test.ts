import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { startDesk, type Desk } from '../../../src/desk/server.js';
import { DeskUnderTest } from './desk-in-folder.js';
import { runs } from '../../lab/fuzz.js';

// One part, read in all ways that HTTP knows.

let folder: string;
let desk: Desk;
let path: string;
let cookie: string;
let bytes: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'desk-parts-'));
  desk = await startDesk({ dataDir: folder, viewerDir: folder, port: 0, token: 'a-token-of-tests-0123456789' });
  const under = new DeskUnderTest(desk, 'a-token-of-tests-0123456789');
  const sent = await under.sendReport({ receiptCode: 'K7QF2-9DM4X-7' }, { bytes: 3000 });
  bytes = sent.bytes;
  path = `${desk.url}/api/reports/${sent.head.id}/parts/0`;
  cookie = await under.cookie();
});
afterAll(async () => {
  await desk.close();
  await rm(folder, { recursive: true, force: true });
});

async function read(headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(path, { method, headers: { cookie, ...headers } });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}

it('is whole without a range, with what a viewer needs to know', async () => {
  const { status, headers, body } = await read();
  expect(status).toBe(200);
  expect(body.equals(bytes)).toBe(true);
  expect(Object.fromEntries(headers)).toMatchObject({
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable, no-transform',
    'content-length': String(bytes.length),
    'content-disposition': 'attachment; filename="K7QF2-9DM4X-7-0.fluxrec"',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    etag: expect.stringMatching(/^"[0-9a-f]{64}"$/) as string,
  });
});

describe('a range', () => {
  it.each<[string, (size: number) => [number, number]]>([
    ['bytes=0-0', () => [0, 0]],
    ['bytes=0-', (size) => [0, size - 1]],
    ['bytes=10-19', () => [10, 19]],
    ['bytes=-1', (size) => [size - 1, size - 1]],
    ['bytes=-999999999', (size) => [0, size - 1]],
    ['bytes=5-99999999999999999999', (size) => [5, size - 1]],
    ['bytes=000000000000000000001-2', () => [1, 2]],
    ['BYTES=1-2', () => [1, 2]],
    ['bytes= 1-2', () => [1, 2]],
  ])('%s is answered with those bytes', async (range, expected) => {
    const [start, end] = expected(bytes.length);
    const { status, headers, body } = await read({ range });
    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${start}-${end}/${bytes.length}`);
    expect(headers.get('content-length')).toBe(String(end - start + 1));
    expect(body.equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=SIZE-', 'bytes=SIZE-SIZE', 'bytes=-0', 'bytes=99999999999999999999-'])(
    '%s is past the end',
    async (range) => {
      const { status, headers, body } = await read({ range: range.replaceAll('SIZE', String(bytes.length)) });
      expect(status).toBe(416);
      expect(JSON.parse(body.toString())).toMatchObject({ code: 'range-unsatisfiable' });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-range')).toBe(`bytes */${bytes.length}`);
    },
  );

  it.each([
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=a-b',
    'bytes=0-1,3-4',
    'lines=0-1',
    'bytes=0-1; x',
    '0-1',
    'bytes=--1',
    'bytes=1.5-2',
  ])('%s is not one: the whole is answered', async (range) => {
    const { status, body } = await read({ range });
    expect({ status, length: body.length }).toEqual({ status: 200, length: bytes.length });
  });

  it('of any shape gives exactly the bytes that it names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(bytes.length * 2), async (start, more) => {
        const { status, body } = await read({ range: `bytes=${start}-${start + more}` });
        expect(status).toBe(206);
        expect(body.equals(bytes.subarray(start, start + more + 1))).toBe(true);
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('conditions', () => {
  it('are answered by the hash of the part', async () => {
    const etag = (await read()).headers.get('etag') ?? '';
    expect((await read({ 'if-none-match': etag })).status).toBe(304);
    expect((await read({ 'if-none-match': `"x", W/${etag}` })).status).toBe(304);
    expect((await read({ 'if-none-match': '"x"' })).status).toBe(200);
    expect((await read({ 'if-match': etag, range: 'bytes=0-1' })).status).toBe(206);
    expect((await read({ 'if-match': '"x"', range: 'bytes=0-1' })).status).toBe(412);
    expect((await read({ 'if-range': etag, range: 'bytes=0-1' })).status).toBe(206);
    for (const stale of ['"x"', `W/${etag}`, 'Mon, 23 Nov 2026 09:00:00 GMT']) {
      expect((await read({ 'if-range': stale, range: 'bytes=0-1' })).status).toBe(200);
    }
  });

  it('and ranges hold for HEAD, without a body', async () => {
    const whole = await read({}, 'HEAD');
    expect({ status: whole.status, length: whole.headers.get('content-length'), body: whole.body.length }).toEqual({
      status: 200,
      length: String(bytes.length),
      body: 0,
    });
    const range = await read({ range: 'bytes=1-2' }, 'HEAD');
    expect({ status: range.status, length: range.headers.get('content-length') }).toEqual({ status: 206, length: '2' });
  });
});

it.each(['1', '-1', '0x0', '00', '0000', '9999', 'a', '..', '0%2f', '%00'])(
  'part %j does not exist',
  async (number) => {
    const { status } = await fetch(path.replace(/0$/, number), { headers: { cookie } });
    expect(status).toBe(404);
  },
);

it('that the disk has lost is a failure, and is not taken for the part', async () => {
  const reports = join(folder, 'store', 'reports');
  const [report] = await readdir(reports);
  const object = join(reports, report ?? '', 'parts', '0.fluxrec');
  await rename(object, `${object}.away`);
  try {
    const { status, headers, body } = await read({ range: 'bytes=0-1' });
    expect(status).toBe(500);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(JSON.parse(body.toString())).toMatchObject({ code: 'object-missing' });
  } finally {
    await rename(`${object}.away`, object);
  }
});

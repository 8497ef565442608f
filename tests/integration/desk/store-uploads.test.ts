import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { UPLOAD_CHUNK_BYTES } from '../../../src/shared/constants.js';
import type { PlacesAnswer, ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { UPLOAD_TTL_MS } from '../../../src/desk/limits.js';
import { Uploads } from '../../../src/desk/intake/uploads.js';
import { deskIn, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart, sha256 } from './part.js';
import { cephOfFile, freshBucket, hasCeph, places, putChunk, putRest } from './store-desk.js';

const ceph = cephOfFile();

async function deskWithBucket() {
  const folder = await temporaryFolder();
  const bucket = await freshBucket(ceph());
  const start = () => deskIn(folder, { s3: bucket.options });
  return { folder, bucket, start, desk: await start() };
}

/** Two chunks and a bit. */
const LARGE = 2 * UPLOAD_CHUNK_BYTES + 500_000;

describe.runIf(hasCeph)('a part that goes straight to the store', { timeout: 60_000 }, () => {
  it('arrives without passing the desk, is verified there, and is read there', async () => {
    const { desk, bucket } = await deskWithBucket();
    const head = makeHead();
    const bytes = await makePart({ bytes: LARGE, errors: ['a'] });
    const ticket = await desk.ticket(head, bytes);
    expect(ticket).toMatchObject({ receivedBytes: 0, status: 'open', chunkBytes: UPLOAD_CHUNK_BYTES });
    // Nothing but the head for what is only announced.
    expect(await bucket.keys()).toEqual([`reports/${head.id}/report.json`]);
    await putRest(desk, ticket.ticket, bytes);
    expect(await desk.complete(ticket.ticket)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    const keys = await bucket.keys();
    expect(keys.map((key) => key.replace(/\d{16}-[0-9a-f-]{36}/, 'ENTRY'))).toEqual([
      `reports/${head.id}/conversation/ENTRY.json`,
      `reports/${head.id}/parts/0.digest.json`,
      `reports/${head.id}/parts/0.fluxrec`,
      `reports/${head.id}/report.json`,
    ]);
    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.report).toMatchObject({ bytes: bytes.length, errors: 1, parts: [{ number: 0 }] });
    expect((await bucket.store.get(keys[2] ?? '', bytes.length))?.equals(bytes)).toBe(true);
    // Asked for again: nothing is left to do.
    expect(await desk.ticket(head, bytes)).toMatchObject({ status: 'accepted', ticket: '' });
  });

  it('goes on after the last whole chunk, whatever happened to desk and ticket', async () => {
    const { desk, start } = await deskWithBucket();
    const head = makeHead();
    const bytes = await makePart({ bytes: LARGE });
    const { ticket } = await desk.ticket(head, bytes);
    const [first] = await places(desk, ticket, 0);
    expect(first).toMatchObject({ offset: 0, bytes: UPLOAD_CHUNK_BYTES });
    expect(await putChunk(first?.url ?? '', bytes.subarray(0, UPLOAD_CHUNK_BYTES))).toBe(200);
    await desk.desk.close();

    const second = await start();
    const again = await second.ticket(head, bytes);
    expect(again.receivedBytes).toBe(UPLOAD_CHUNK_BYTES);
    expect(await second.complete(again.ticket)).toMatchObject({
      status: 409,
      body: { code: 'upload-incomplete', receivedBytes: UPLOAD_CHUNK_BYTES },
    });
    await putRest(second, ticket, bytes, UPLOAD_CHUNK_BYTES);
    expect(await second.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });

  it('counts no chunk behind a missing one, and none that was cut', async () => {
    const { desk } = await deskWithBucket();
    const head = makeHead();
    const bytes = await makePart({ bytes: LARGE });
    const { ticket } = await desk.ticket(head, bytes);
    const all = await places(desk, ticket, 0);
    const [first, second] = all;
    expect(all.map(({ offset }) => offset)).toEqual([0, UPLOAD_CHUNK_BYTES, 2 * UPLOAD_CHUNK_BYTES]);
    await putChunk(second?.url ?? '', bytes.subarray(UPLOAD_CHUNK_BYTES, 2 * UPLOAD_CHUNK_BYTES));
    const cut = new ReadableStream({
      pull(controller) {
        controller.enqueue(bytes.subarray(0, 100_000));
        controller.error(new Error('cut'));
      },
    });
    const headers = { 'content-length': String(UPLOAD_CHUNK_BYTES) };
    const init = { method: 'PUT', body: cut, headers, duplex: 'half' };
    await expect(fetch(first?.url ?? '', init)).rejects.toThrow();
    expect((await desk.ticket(head, bytes)).receivedBytes).toBe(0);
    await putChunk(first?.url ?? '', bytes.subarray(0, UPLOAD_CHUNK_BYTES));
    expect((await desk.ticket(head, bytes)).receivedBytes).toBe(2 * UPLOAD_CHUNK_BYTES);
  });

  it('is bounded: the store takes exactly the bytes that the address is for', async () => {
    const { desk, bucket } = await deskWithBucket();
    const bytes = await makePart({ bytes: 200_000 });
    const { ticket } = await desk.ticket(makeHead(), bytes);
    const [place] = await places(desk, ticket, 0);
    const url = place?.url ?? '';
    expect(place?.bytes).toBe(bytes.length);
    expect(await putChunk(url, Buffer.alloc(bytes.length + 1))).toBe(403);
    expect(await putChunk(url, bytes.subarray(1))).toBe(403);
    // Nor can it be turned to another chunk, another object or another deed.
    expect(await putChunk(url.replace('partNumber=1', 'partNumber=2'), bytes)).toBe(403);
    expect(await putChunk(url.replace('/uploads/', '/reports/'), bytes)).toBe(403);
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect(url).not.toContain(bucket.options.credentials?.secretAccessKey ?? '');
    expect(await putChunk(url, bytes)).toBe(200);
  });

  it('expired addresses are given again', async () => {
    const { bucket } = await deskWithBucket();
    const upload = await bucket.direct.begin('uploads/x');
    const url = await bucket.direct.chunkUrl('uploads/x', upload, 1, 3, 1);
    await new Promise((resolve) => setTimeout(resolve, 2100));
    expect(await putChunk(url, Buffer.from('abc'))).toBe(403);
    expect(await putChunk(await bucket.direct.chunkUrl('uploads/x', upload, 1, 3, 60), Buffer.from('abc'))).toBe(200);
  });

  it.each([1, -1, 1.5, UPLOAD_CHUNK_BYTES, 'x', null])('has no place at %j', async (offset) => {
    const { desk } = await deskWithBucket();
    const { ticket } = await desk.ticket(makeHead(), await makePart());
    const authorization = { authorization: `Bearer ${ticket}` };
    expect(await desk.post('/api/upload/places', { offset }, authorization)).toMatchObject({
      status: 400,
      body: { code: 'bad-request' },
    });
  });

  it('is not taken by the desk itself, and the desk’s own uploads have no places', async () => {
    const { desk } = await deskWithBucket();
    const bytes = await makePart();
    const { ticket } = await desk.ticket(makeHead(), bytes);
    expect(await desk.put(ticket, 0, bytes)).toMatchObject({ status: 409, body: { code: 'upload-direct' } });
    const folderDesk = await deskIn(await temporaryFolder());
    const plain = await folderDesk.ticket(makeHead(), bytes);
    expect(plain.chunkBytes).toBeUndefined();
    const authorization = { authorization: `Bearer ${plain.ticket}` };
    expect(await folderDesk.post('/api/upload/places', { offset: 0 }, authorization)).toMatchObject({ status: 404 });
    expect(await desk.post<PlacesAnswer>('/api/upload/places', { offset: 0 })).toMatchObject({ status: 401 });
  });

  it('that is damaged on the way is asked for once more; no good bundle is put aside with its reason', async () => {
    const { desk, bucket } = await deskWithBucket();
    const head = makeHead();
    const bytes = await makePart();
    const { ticket } = await desk.ticket(head, bytes);
    await putRest(desk, ticket, Buffer.alloc(bytes.length));
    expect(await desk.complete(ticket)).toMatchObject({ status: 409, body: { code: 'upload-damaged' } });
    expect((await desk.ticket(head, bytes)).receivedBytes).toBe(0);
    await putRest(desk, ticket, bytes);
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });

    const other = makeHead();
    const bad = Buffer.from('no bundle at all');
    const sent = await desk.ticket(other, bad);
    await putRest(desk, sent.ticket, bad);
    expect(await desk.complete(sent.ticket)).toMatchObject({ body: { status: 'quarantined', code: 'not-a-zip' } });
    const keys = await bucket.keys();
    expect(keys).toContain(`quarantine/${other.id}/0.fluxrec`);
    expect(keys.filter((key) => key.startsWith('uploads/') || key.startsWith(`reports/${other.id}/parts`))).toEqual([]);
    expect((await desk.get(`/api/reports/${other.id}/parts/0`)).status).toBe(404);
  });

  it('counts once, whoever asks and however often, also where only the answer of the store was lost', async () => {
    const { desk, bucket } = await deskWithBucket();
    const head = makeHead();
    const bytes = await makePart({ bytes: 200_000 });
    const { ticket } = await desk.ticket(head, bytes);
    await putRest(desk, ticket, bytes);
    // As if the desk had been killed after the store finished the object: only the store knows.
    for await (const { key, upload } of bucket.direct.unfinished('uploads/')) {
      await bucket.direct.finish(key, upload, (await bucket.direct.chunks(key, upload)) ?? []);
    }
    expect((await desk.ticket(head, bytes)).receivedBytes).toBe(bytes.length);
    const answers = await Promise.all([desk.complete(ticket), desk.complete(ticket), desk.complete(ticket)]);
    expect(answers.map(({ body }) => body['status'])).toEqual(['accepted', 'accepted', 'accepted']);
    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.conversation).toHaveLength(1);
  });

  it('leaves nothing in the store when it counts, wherever a desk was killed on the way', async () => {
    const { bucket, folder } = await deskWithBucket();
    const left = async (): Promise<unknown[]> => {
      const unfinished = [];
      for await (const { key } of bucket.direct.unfinished('uploads/')) unfinished.push(key);
      return [...(await bucket.keys()).filter((key) => key.startsWith('uploads/')), ...unfinished];
    };
    const bytes = await makePart({ bytes: 200_000 });
    const part = { number: 0, bytes: bytes.length, sha256: sha256(bytes) };
    const head = makeHead();
    const key = `uploads/${head.id}-0.fluxrec`;
    const open = () => Uploads.open({ folder: join(folder, 'other'), now: Date.now, direct: bucket });

    const first = await open();
    const { upload } = await first.ask(head, part);
    // As if it had been killed between what the store began and what it wrote down of that.
    await bucket.direct.begin(key);
    const [place] = await upload.chunkPlaces(0);
    expect(await putChunk(place?.url ?? '', bytes)).toBe(200);
    await upload.whole();
    // Killed before the store heard of it.
    vi.spyOn(bucket.store, 'delete').mockRejectedValueOnce(new Error('killed'));
    await expect(first.discard(upload)).rejects.toThrow('killed');
    expect(await left()).toEqual([key]);

    const second = await open();
    expect(await second.sweep((report) => report === head.id)).toBe(1);
    expect(await left()).toEqual([]);
    expect(await readdir(join(folder, 'other'))).toEqual([]);
  });

  it('is found again by a desk that lost its own folder; what it had begun is swept later', async () => {
    const { desk, bucket, folder, start } = await deskWithBucket();
    const done = makeHead();
    const bytes = await makePart({ bytes: 200_000, errors: ['a'] });
    const sent = await desk.ticket(done, bytes);
    await putRest(desk, sent.ticket, bytes);
    await desk.complete(sent.ticket);
    const begun = makeHead();
    await putRest(desk, (await desk.ticket(begun, bytes)).ticket, bytes);
    await desk.desk.close();
    await rm(join(folder, 'data'), { recursive: true });

    const second = await start();
    expect((await second.get<ReportAnswer>(`/api/reports/${done.id}`)).body.report).toMatchObject({ errors: 1 });
    expect((await second.ticket(begun, bytes)).receivedBytes).toBe(0);

    await bucket.store.put(`uploads/${randomUUID()}-0.fluxrec`, Buffer.from('left'));
    const uploads = (nowMs: number) =>
      Uploads.open({ folder: join(folder, 'other'), now: () => nowMs, direct: bucket });
    expect(await (await uploads(Date.now())).sweepStore()).toBe(0);
    expect(await (await uploads(Date.now() + UPLOAD_TTL_MS + 60_000)).sweepStore()).toBe(2);
    expect((await bucket.keys()).filter((key) => key.startsWith('uploads/'))).toEqual([]);
  });
});

describe.runIf(hasCeph)('a store that goes away', { timeout: 60_000 }, () => {
  it('is told as something that passes, and what came stays', async () => {
    const { desk } = await deskWithBucket();
    const head = makeHead();
    const bytes = await makePart({ bytes: 200_000 });
    const { ticket } = await desk.ticket(head, bytes);
    await putRest(desk, ticket, bytes);
    await ceph().killGateway();
    const answer = await desk.complete(ticket);
    expect(answer).toMatchObject({ status: 503, body: { code: 'store-unreachable' } });
    expect(answer.headers.get('retry-after')).not.toBeNull();
    await ceph().startGateway();
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });
});

import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { MAX_PICTURE_BYTES } from '../../../src/shared/report/picture.js';
import { pngFile } from '../../unit/shared/report/png-file.js';
import { deskIn, freshDesk, temporaryFolder, type Answer, type DeskUnderTest } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';
import { cephOfFile, freshBucket, hasCeph } from './store-desk.js';

const PNG = pngFile({ width: 640, height: 400 });
const TAKEN_MS = 1_795_424_460_000;

interface Put {
  readonly picture?: string;
  readonly takenMs?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

async function put(
  desk: DeskUnderTest,
  report: string,
  { picture = randomUUID(), takenMs = String(TAKEN_MS), body = PNG, headers = {} }: Put = {},
): Promise<Answer> {
  return await desk.call(`/api/reports/${report}/pictures/${picture}?takenMs=${takenMs}`, {
    method: 'PUT',
    headers: { 'content-type': 'image/png', cookie: await desk.cookie(), ...headers },
    body,
  });
}

async function picturesOf(desk: DeskUnderTest, report: string) {
  const { body } = await desk.get<ReportAnswer>(`/api/reports/${report}`);
  return body.conversation.flatMap((entry) => (entry.type === 'picture' ? [entry] : []));
}

async function read(desk: DeskUnderTest, report: string, picture: string, headers: Record<string, string> = {}) {
  const url = new URL(`/api/reports/${report}/pictures/${picture}`, desk.url);
  return await fetch(url, { headers: { cookie: await desk.cookie(), ...headers } });
}

describe('a picture', () => {
  it('stands in the conversation, and is given back as a picture and nothing else', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const picture = randomUUID();
    expect((await put(desk, head.id, { picture })).status).toBe(201);
    const sha256 = createHash('sha256').update(PNG).digest('hex');
    expect(await picturesOf(desk, head.id)).toMatchObject([
      {
        id: picture,
        by: 'technician',
        author: 'Technician',
        picture: { takenMs: TAKEN_MS, width: 640, height: 400, bytes: PNG.length, sha256 },
      },
    ]);
    const answer = await read(desk, head.id, picture);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      etag: `"${sha256}"`,
    });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
    expect((await read(desk, head.id, picture, { 'if-none-match': `"${sha256}"` })).status).toBe(304);
  });

  it('that is sent again counts once; another one of its name is refused', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const picture = randomUUID();
    await Promise.all([put(desk, head.id, { picture }), put(desk, head.id, { picture })]);
    expect((await put(desk, head.id, { picture })).status).toBe(201);
    expect(await picturesOf(desk, head.id)).toHaveLength(1);
    const other = pngFile({ width: 64, height: 40 });
    expect(await put(desk, head.id, { picture, body: other })).toMatchObject({ body: { code: 'picture-differs' } });
    expect(new Uint8Array(await (await read(desk, head.id, picture)).arrayBuffer())).toEqual(PNG);
  });

  it('survives a restart of the desk, and half of one counts for nothing', async () => {
    const folder = await temporaryFolder();
    const first = await deskIn(folder);
    const { head } = await first.sendReport();
    const [whole, half] = [randomUUID(), randomUUID()];
    await put(first, head.id, { picture: whole });
    await put(first, head.id, { picture: half });
    await first.desk.close();
    // The desk died between the object and the entry.
    const conversation = join(folder, 'data', 'store', 'reports', head.id, 'conversation');
    for (const name of await readdir(conversation)) if (name.includes(half)) await rm(join(conversation, name));
    const second = await deskIn(folder);
    expect((await picturesOf(second, head.id)).map(({ id }) => id)).toEqual([whole]);
    expect((await read(second, head.id, whole)).status).toBe(200);
    expect((await read(second, head.id, half)).status).toBe(404);
    expect((await put(second, head.id, { picture: half })).status).toBe(201);
    expect(await picturesOf(second, head.id)).toHaveLength(2);
  });

  it('is neither taken from nor given to who is not signed in, nor from a page of another origin', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    const picture = randomUUID();
    expect((await put(desk, head.id, { picture, headers: { cookie: '' } })).status).toBe(401);
    const foreign = { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' };
    expect((await put(desk, head.id, { picture, headers: foreign })).status).toBe(403);
    await put(desk, head.id, { picture });
    expect((await read(desk, head.id, picture, { cookie: '' })).status).toBe(401);
    expect((await read(desk, head.id, picture, foreign)).status).toBe(403);
  });

  it.each([
    ['another type', { headers: { 'content-type': 'image/svg+xml' } }, 415],
    ['JSON', { headers: { 'content-type': 'application/json' } }, 415],
    ['no picture', { body: new TextEncoder().encode('<svg onload="alert(1)"/>') }, 400],
    ['a cut one', { body: PNG.slice(0, -3) }, 400],
    ['one with something behind it', { body: pngFile({ width: 10, height: 10, after: [1, 2, 3] }) }, 400],
    ['one that would take all memory', { body: pngFile({ width: 30_000, height: 30_000 }) }, 400],
    ['nothing', { body: new Uint8Array(0) }, 400],
    ['one that is too large', { body: new Uint8Array(MAX_PICTURE_BYTES + 1) }, 413],
    ['no time', { takenMs: '' }, 400],
    ['a time that is none', { takenMs: '1e99' }, 400],
    ['a name that is none', { picture: '..%2f..%2fx' }, 404],
  ] as const)('is not taken where it is %s', async (_what, change, status) => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport();
    expect((await put(desk, head.id, change)).status).toBe(status);
    expect(await picturesOf(desk, head.id)).toEqual([]);
  });

  it('is not taken for a report that is not there', async () => {
    const desk = await freshDesk();
    expect(await put(desk, randomUUID())).toMatchObject({ status: 404, body: { code: 'report-unknown' } });
  });
});

describe.skipIf(!hasCeph)('a picture, in a bucket', () => {
  const ceph = cephOfFile();

  it('is kept, and given back by the desk itself', async () => {
    const bucket = await freshBucket(ceph());
    const desk = await deskIn(await temporaryFolder(), { s3: bucket.options });
    // Announced: its parts go straight to the bucket, which is another test's.
    const head = makeHead({});
    await desk.ticket(head, await makePart({}));
    const picture = randomUUID();
    expect((await put(desk, head.id, { picture })).status).toBe(201);
    expect(await bucket.keys()).toContain(`reports/${head.id}/pictures/${picture}.png`);
    const answer = await read(desk, head.id, picture);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(PNG);
  });
});

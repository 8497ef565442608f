import { readFile, readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UPLOAD_CHUNK_BYTES } from '../../../src/shared/constants.js';
import type { ReportAnswer, TicketAnswer } from '../../../src/shared/protocol/desk.js';
import { deskIn, freshDesk, temporaryFolder, type DeskUnderTest } from './desk-in-folder.js';
import { makeHead, makePart, ticketRequest } from './part.js';

/** PUTs `bytes`, says that there are more, and cuts the connection once they are sent. */
function putAndCut(
  desk: DeskUnderTest,
  ticket: string,
  offset: number,
  bytes: Uint8Array,
  declared: number,
): Promise<void> {
  return new Promise((done) => {
    const put = request(new URL('/api/upload', desk.url), {
      method: 'PUT',
      headers: { authorization: `Bearer ${ticket}`, 'upload-offset': offset, 'content-length': declared },
    });
    put.on('error', () => {
      done();
    });
    put.write(bytes, () => setTimeout(() => put.destroy(), 100));
    put.on('close', done);
  });
}

describe('a part', () => {
  it('is announced, sent in chunks, completed, and then is what the technician reads', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    const bytes = await makePart({ errors: ['Sync failed'], bytes: 200_000 });
    const { ticket, receivedBytes, status } = await desk.ticket(head, bytes);
    expect({ receivedBytes, status }).toEqual({ receivedBytes: 0, status: 'open' });

    const half = Math.floor(bytes.length / 2);
    expect((await desk.put(ticket, 0, bytes.subarray(0, half))).body).toEqual({ receivedBytes: half });
    expect((await desk.put(ticket, half, bytes.subarray(half))).body).toEqual({ receivedBytes: bytes.length });
    expect(await desk.complete(ticket)).toMatchObject({ status: 200, body: { status: 'accepted' } });

    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.report).toMatchObject({
      ...head,
      status: 'new',
      bytes: bytes.length,
      errors: 1,
      durationMs: 60_000,
      quarantined: 0,
      parts: [{ number: 0, bytes: bytes.length }],
    });
    expect(body.conversation).toMatchObject([{ type: 'part', by: 'customer', part: { number: 0 } }]);
    const read = await fetch(new URL(`/api/reports/${head.id}/parts/0`, desk.url), {
      headers: { cookie: await desk.cookie() },
    });
    expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('asked for and sent again is accepted without a byte; another file as the same part is refused', async () => {
    const desk = await freshDesk();
    const { head, bytes } = await desk.sendReport();
    expect(await desk.ticket(head, bytes)).toEqual({ ticket: '', receivedBytes: bytes.length, status: 'accepted' });
    const other = await makePart({ bytes: 1000 });
    expect(await desk.post('/api/tickets', ticketRequest(head, other))).toMatchObject({
      status: 409,
      body: { code: 'part-differs' },
    });
    expect(await desk.post('/api/tickets', ticketRequest({ ...head, description: 'other' }, bytes))).toMatchObject({
      status: 409,
      body: { code: 'report-differs' },
    });
    // The same report in upper case is the same report.
    expect(await desk.ticket({ ...head, id: head.id.toUpperCase() }, bytes)).toMatchObject({ status: 'accepted' });
  });

  it('that is being sent keeps its place against another file', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    const bytes = await makePart();
    await desk.ticket(head, bytes);
    expect(await desk.post('/api/tickets', ticketRequest(head, await makePart({ bytes: 10 })))).toMatchObject({
      status: 409,
      body: { code: 'part-differs' },
    });
  });

  it('is counted once with its report: later parts join it, overlapping errors and times do not add up', async () => {
    const desk = await freshDesk();
    const { head } = await desk.sendReport({}, { errors: ['a', 'b'], range: { startMs: 50_000, endMs: 60_000 } });
    const rest = await makePart({ errors: ['b', 'c'].reverse(), range: { startMs: 0, endMs: 55_000 } });
    // Segments of the same content in another part of the same report: the chain numbers differ, the content does not.
    expect(await desk.send(head, rest, 1)).toMatchObject({ body: { status: 'accepted' } });
    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.report).toMatchObject({ errors: 3, durationMs: 60_000, parts: [{ number: 0 }, { number: 1 }] });
  });
});

describe('an upload', () => {
  it('goes on from the offset that the desk tells after a wrong one', async () => {
    const desk = await freshDesk();
    const bytes = await makePart({ bytes: 10_000 });
    const { ticket } = await desk.ticket(makeHead(), bytes);
    await desk.put(ticket, 0, bytes.subarray(0, 4000));
    for (const offset of [0, 3999, 4001, bytes.length]) {
      expect(await desk.put(ticket, offset, bytes.subarray(0, 10))).toMatchObject({
        status: 409,
        body: { code: 'upload-offset', receivedBytes: 4000 },
      });
    }
    await desk.put(ticket, 4000, bytes.subarray(4000));
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });

  it('keeps what arrived before the connection was cut', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    const bytes = await makePart({ bytes: 300_000 });
    const { ticket } = await desk.ticket(head, bytes);
    await putAndCut(desk, ticket, 0, bytes.subarray(0, 150_000), bytes.length);
    await expect.poll(async () => (await desk.ticket(head, bytes)).receivedBytes).toBe(150_000);
    await desk.put(ticket, 150_000, bytes.subarray(150_000));
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });

  it('goes on after the desk was stopped in the middle of a chunk, with the same ticket', async () => {
    const folder = await temporaryFolder();
    const first = await deskIn(folder);
    const head = makeHead();
    const bytes = await makePart({ bytes: 300_000 });
    const { ticket } = await first.ticket(head, bytes);
    await first.put(ticket, 0, bytes.subarray(0, 100_000));
    const cut = putAndCut(first, ticket, 100_000, bytes.subarray(100_000, 120_000), bytes.length - 100_000);
    await delay(50);
    await Promise.all([first.desk.close(), cut]);

    const second = await deskIn(folder);
    const { body } = await second.put(ticket, 0, new Uint8Array());
    const receivedBytes = body['receivedBytes'] as number;
    expect(receivedBytes).toBeGreaterThanOrEqual(100_000);
    await second.put(ticket, receivedBytes, bytes.subarray(receivedBytes));
    expect(await second.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });

  it('takes racing chunks one after the other, so that bytes never mix', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    const bytes = await makePart({ bytes: 2_000_000 });
    const { ticket } = await desk.ticket(head, bytes);
    const chunk = Math.ceil(bytes.length / 4);
    for (let offset = 0; offset < bytes.length; offset += chunk) {
      const part = bytes.subarray(offset, offset + chunk);
      const answers = await Promise.all([1, 2, 3].map(() => desk.put(ticket, offset, part)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    }
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });

  it('frees itself from a silent connection when another one wants to go on', { timeout: 15_000 }, async () => {
    const desk = await freshDesk();
    const bytes = await makePart({ bytes: 100_000 });
    const { ticket } = await desk.ticket(makeHead(), bytes);
    const silent = request(new URL('/api/upload', desk.url), {
      method: 'PUT',
      headers: { authorization: `Bearer ${ticket}`, 'upload-offset': 0, 'content-length': bytes.length },
    });
    silent.on('error', () => undefined);
    silent.write(bytes.subarray(0, 1000));
    await delay(200);
    const { status, body } = await desk.put(ticket, 1000, bytes.subarray(1000));
    expect({ status, body }).toEqual({ status: 200, body: { receivedBytes: bytes.length } });
    silent.destroy();
  });

  it('refuses more than was declared, by its length and by its bytes', async () => {
    const desk = await freshDesk();
    const bytes = await makePart({ bytes: 5000 });
    const { ticket } = await desk.ticket(makeHead(), bytes);
    await desk.put(ticket, 0, bytes.subarray(0, 1000));
    const tooMuch = Buffer.concat([bytes.subarray(1000), Buffer.from('x')]);
    expect(await desk.put(ticket, 1000, tooMuch)).toMatchObject({ status: 413, body: { code: 'too-large' } });
    // No length: only the bytes tell. None of them is kept.
    const stream = new Blob([tooMuch]).stream();
    expect((await desk.put(ticket, 1000, stream).catch(() => ({ status: 413 }))).status).toBe(413);
    expect(await desk.put(ticket, 0, new Uint8Array())).toMatchObject({ body: { receivedBytes: 1000 } });
    await desk.put(ticket, 1000, bytes.subarray(1000));
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });

  it('refuses a chunk larger than one may be', async () => {
    const desk = await freshDesk();
    const bytes = Buffer.alloc(UPLOAD_CHUNK_BYTES + 1);
    const { ticket } = await desk.ticket(makeHead(), bytes);
    const answer = await desk.put(ticket, 0, bytes).catch(() => ({ status: 413 }));
    expect(answer.status).toBe(413);
    expect(await desk.put(ticket, 1, new Uint8Array())).toMatchObject({ status: 409, body: { receivedBytes: 0 } });
  });

  it.each(['', '-1', '1.5', '0x10', '1e3', '99999999999999999999', 'x'])('refuses %j as an offset', async (offset) => {
    const desk = await freshDesk();
    const bytes = await makePart();
    const { ticket } = await desk.ticket(makeHead(), bytes);
    expect(await desk.put(ticket, offset, bytes)).toMatchObject({ status: 400, body: { code: 'bad-request' } });
  });

  it('needs its ticket', async () => {
    const desk = await freshDesk();
    const { ticket } = await desk.ticket(makeHead(), await makePart());
    for (const wrong of ['', 'x', `${ticket.slice(0, -1)}${ticket.endsWith('A') ? 'B' : 'A'}`, `${ticket}A`]) {
      expect(await desk.put(wrong, 0, new Uint8Array(1))).toMatchObject({
        status: 401,
        body: { code: 'ticket-unknown' },
      });
      expect(await desk.complete(wrong)).toMatchObject({ status: 401, body: { code: 'ticket-unknown' } });
    }
  });

  it('keeps no ticket on disk', async () => {
    const folder = await temporaryFolder();
    const desk = await deskIn(folder);
    const { ticket } = await desk.ticket(makeHead(), await makePart());
    const uploads = join(folder, 'data', 'uploads');
    const records = await Promise.all((await readdir(uploads)).map((name) => readFile(join(uploads, name), 'utf8')));
    expect(records.join('')).toContain('"tickets"');
    expect(records.join('')).not.toContain(ticket);
  });
});

describe('completing', () => {
  it('waits for all bytes', async () => {
    const desk = await freshDesk();
    const bytes = await makePart();
    const { ticket } = await desk.ticket(makeHead(), bytes);
    await desk.put(ticket, 0, bytes.subarray(0, 10));
    expect(await desk.complete(ticket)).toMatchObject({
      status: 409,
      body: { code: 'upload-incomplete', receivedBytes: 10 },
    });
  });

  it('answers everybody who asks, at once and later, and counts once', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    const bytes = await makePart({ bytes: 500_000 });
    const { ticket } = await desk.ticket(head, bytes);
    const { ticket: second } = await desk.ticket(head, bytes);
    await desk.put(ticket, 0, bytes);
    const answers = await Promise.all([ticket, second, ticket, second].map((one) => desk.complete(one)));
    expect(answers.map(({ body }) => body['status'])).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect((await desk.complete(ticket)).body).toEqual({ status: 'accepted' });
    const { body } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
    expect(body.conversation).toHaveLength(1);
  });

  it('asks for damaged bytes once more, and then gives up in the open', async () => {
    const desk = await freshDesk();
    const head = makeHead();
    const bytes = await makePart();
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(100) ^ 1, 100);
    const { ticket } = await desk.ticket(head, bytes);
    await desk.put(ticket, 0, damaged);
    expect(await desk.complete(ticket)).toMatchObject({
      status: 409,
      body: { code: 'upload-damaged', receivedBytes: 0 },
    });
    await desk.put(ticket, 0, damaged);
    expect(await desk.complete(ticket)).toMatchObject({
      status: 200,
      body: { status: 'quarantined', code: 'wrong-hash' },
    });
  });

  it('heals damage on the way by sending again', async () => {
    const desk = await freshDesk();
    const bytes = await makePart();
    const { ticket } = await desk.ticket(makeHead(), bytes);
    await desk.put(ticket, 0, Buffer.alloc(bytes.length));
    expect(await desk.complete(ticket)).toMatchObject({ status: 409 });
    await desk.put(ticket, 0, bytes);
    expect(await desk.complete(ticket)).toMatchObject({ body: { status: 'accepted' } });
  });
});

describe('tickets', () => {
  it('need the ingest key where the desk wants one', async () => {
    const ingestKey = 'an-ingest-key-of-tests';
    const desk = await freshDesk({ ingestKey });
    const wanted = ticketRequest(makeHead(), await makePart());
    for (const authorization of ['', 'Bearer wrong', `Basic ${ingestKey}`]) {
      expect(await desk.post('/api/tickets', wanted, authorization === '' ? {} : { authorization })).toMatchObject({
        status: 401,
        body: { code: 'wrong-ingest-key' },
      });
    }
    expect(
      (await desk.post<TicketAnswer>('/api/tickets', wanted, { authorization: `Bearer ${ingestKey}` })).status,
    ).toBe(200);
  });

  it('are limited by address, and say so', async () => {
    const desk = await freshDesk({ rateLimits: { tickets: 3 } });
    const bytes = await makePart();
    for (let n = 0; n < 3; n++) await desk.ticket(makeHead(), bytes);
    const { status, headers, body } = await desk.post('/api/tickets', ticketRequest(makeHead(), bytes));
    expect({ status, body }).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it.each<[string, (valid: ReturnType<typeof ticketRequest>) => unknown]>([
    ['no JSON', () => '{"report":'],
    ['a list', () => []],
    ['null', () => null],
    ['a prototype', () => '{"__proto__":{"x":1}}'],
    ['a path as the id', ({ report, part }) => ({ report: { ...report, id: '../../../etc/passwd' }, part })],
    ['a path as the session', ({ report, part }) => ({ report: { ...report, session: 'x'.repeat(65) }, part })],
    ['a negative size', ({ report, part }) => ({ report, part: { ...part, bytes: -1 } })],
    ['no size', ({ report, part }) => ({ report, part: { ...part, bytes: 0 } })],
    ['a size past the limit', ({ report, part }) => ({ report, part: { ...part, bytes: 3 * 1024 ** 3 } })],
    ['a fractional part', ({ report, part }) => ({ report, part: { ...part, number: 0.5 } })],
    ['a hash in upper case', ({ report, part }) => ({ report, part: { ...part, sha256: 'A'.repeat(64) } })],
    [
      'an endless description',
      ({ report, part }) => ({ report: { ...report, description: 'x'.repeat(10_001) }, part }),
    ],
    [
      'a receipt code with letters that it cannot have',
      ({ report, part }) => ({ report: { ...report, receiptCode: 'IIIII-LLLLL-O' }, part }),
    ],
  ])('refuse %s', async (_name, make) => {
    const desk = await freshDesk();
    const { status, body } = await desk.post('/api/tickets', make(ticketRequest(makeHead(), await makePart())));
    expect({ status, code: body['code'] }).toEqual({ status: 400, code: 'bad-request' });
  });

  it('refuse a body larger than one may be before reading it', async () => {
    const desk = await freshDesk();
    const answer = await desk.post('/api/tickets', 'x'.repeat(200_000)).catch(() => ({ status: 413 }));
    expect(answer.status).toBe(413);
  });
});

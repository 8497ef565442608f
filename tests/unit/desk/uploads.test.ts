import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Uploads } from '../../../src/desk/intake/uploads.js';
import { RESERVED_DISK_BYTES, TICKET_TTL_MS, UPLOAD_TTL_MS } from '../../../src/desk/limits.js';
import type { ReportHead } from '../../../src/shared/report/report.js';

const head: ReportHead = {
  id: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10',
  receiptCode: 'K7QF2-9DM4X-7',
  createdMs: 1000,
  session: 's-1',
  app: { name: 'Fluxion', version: '3.4.1' },
  description: '',
};
const part = { number: 0, bytes: 1000, sha256: 'a'.repeat(64) };

let folder: string;
let nowMs: number;
let freeBytes: number;
const open = (): Promise<Uploads> =>
  Uploads.open({ folder, now: () => nowMs, freeBytes: () => Promise.resolve(freeBytes) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uploads-'));
  nowMs = Date.now();
  freeBytes = Infinity;
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a ticket', () => {
  it('is valid for a day; asking again gives another one to the same bytes', async () => {
    const uploads = await open();
    const { ticket } = await uploads.ask(head, part);
    await uploads.byTicket(ticket).append(0, 3, Readable.from([Buffer.from('abc')]));
    nowMs += TICKET_TTL_MS;
    expect(() => uploads.byTicket(ticket)).toThrow(expect.objectContaining({ code: 'ticket-unknown' }) as Error);
    const again = await uploads.ask(head, part);
    expect(await uploads.byTicket(again.ticket).receivedBytes()).toBe(3);
  });

  it('is one of four: who asks in a loop cannot fill the disk with them', async () => {
    const uploads = await open();
    const tickets: string[] = [];
    for (let n = 0; n < 5; n++) tickets.push((await uploads.ask(head, part)).ticket);
    expect(() => uploads.byTicket(tickets[0] ?? '')).toThrow(
      expect.objectContaining({ code: 'ticket-unknown' }) as Error,
    );
    for (const ticket of tickets.slice(1)) expect(uploads.byTicket(ticket).record.part).toEqual(part);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('outlives a restart', async () => {
    const { ticket } = await (await open()).ask(head, part);
    expect((await open()).byTicket(ticket).record.report).toEqual(head);
  });
});

describe('space', () => {
  it('must be there for the whole part and some more; what others only announced takes none', async () => {
    const uploads = await open();
    freeBytes = RESERVED_DISK_BYTES + 1000;
    await uploads.ask(head, part);
    await uploads.ask(head, { ...part, number: 1 });
    freeBytes -= 1;
    await expect(uploads.ask(head, { ...part, number: 2 })).rejects.toMatchObject({ code: 'disk-full', status: 507 });
    // One that has begun can be asked about all the same.
    await uploads.ask(head, part);
  });

  it.runIf(existsSync('/dev/full'))('that runs out in the middle is told, and the upload can go on later', async () => {
    const uploads = await open();
    const { ticket } = await uploads.ask(head, part);
    const path = join(folder, `${head.id}-0.part`);
    await symlink('/dev/full', path);
    const append = (): Promise<number> => uploads.byTicket(ticket).append(0, 3, Readable.from([Buffer.from('abc')]));
    await expect(append()).rejects.toMatchObject({ code: 'disk-full' });
    await rm(path);
    expect(await append()).toBe(3);
  });
});

describe('what nobody goes on with', () => {
  it('is thrown away after a week of silence', async () => {
    const uploads = await open();
    const { ticket } = await uploads.ask(head, part);
    await uploads.byTicket(ticket).append(0, 3, Readable.from([Buffer.from('abc')]));
    const touched = new Date(nowMs + 1000);
    await utimes(join(folder, `${head.id}-0.part`), touched, touched);
    nowMs += UPLOAD_TTL_MS;
    expect(await uploads.sweep(() => false)).toBe(0);
    nowMs += 1001;
    expect(await uploads.sweep(() => false)).toBe(1);
    expect(await readdir(folder)).toEqual([]);
    expect(uploads.size).toBe(0);
  });

  it('is thrown away when its part counts already: a crash came before it was removed', async () => {
    const uploads = await open();
    await uploads.ask(head, part);
    expect(await uploads.sweep((report, number) => report === head.id && number === 0)).toBe(1);
  });

  it('or was left by a crash, is not taken for an upload', async () => {
    await (await open()).ask(head, part);
    await writeFile(join(folder, '.x.new'), 'half');
    await writeFile(join(folder, `${head.id}-7.part`), 'bytes without a record');
    await writeFile(join(folder, `${head.id}-8.json`), '{');
    await writeFile(
      join(folder, `${head.id}-9.json`),
      JSON.stringify({ report: head, part, tickets: [], askedMs: 1, damaged: 0 }),
    );
    const uploads = await open();
    expect(uploads.size).toBe(1);
    expect(await readdir(folder)).toEqual([`${head.id}-0.json`]);
  });
});

it('a body that fails keeps what came before', async () => {
  const uploads = await open();
  const { ticket } = await uploads.ask(head, part);
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('abc');
      throw new Error('cut');
    })(),
  );
  await expect(uploads.byTicket(ticket).append(0, undefined, broken)).rejects.toThrow('cut');
  expect(await uploads.byTicket(ticket).receivedBytes()).toBe(3);
});

it('a chunk that waited while its upload ended leaves nothing behind', async () => {
  const uploads = await open();
  const { ticket, upload } = await uploads.ask(head, part);
  let waiting: Promise<unknown> = Promise.resolve();
  await upload.exclusively(async () => {
    waiting = uploads
      .byTicket(ticket)
      .append(0, 3, Readable.from([Buffer.from('abc')]))
      .catch((error: unknown) => error);
    await uploads.discard(upload);
  });
  expect(await waiting).toMatchObject({ code: 'ticket-unknown' });
  expect(await readdir(folder)).toEqual([]);
});

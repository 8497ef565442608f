import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { deskIn, freshDesk, temporaryFolder, type Answer, type DeskUnderTest } from './desk-in-folder.js';
import { makePart } from './part.js';

// Viewers ask for an open report every few seconds, and a conversation may be long.

const ask = (desk: DeskUnderTest, id: string, tag?: string): Promise<Answer<ReportAnswer>> =>
  desk.get<ReportAnswer>(`/api/reports/${id}`, tag === undefined ? {} : { 'if-none-match': tag });
const tagOf = ({ headers }: Answer<ReportAnswer>): string => headers.get('etag') ?? '';

it('a report that has not changed is not read from the store again, nor sent', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const { head } = await desk.sendReport();
  await desk.say(head.id, { type: 'comment', text: 'Looking at it.' });
  const first = await ask(desk, head.id);
  expect(first).toMatchObject({ status: 200, body: { conversation: [{ type: 'part' }, { type: 'comment' }] } });
  await rm(join(folder, 'data', 'store', 'reports', head.id, 'conversation'), { recursive: true });
  const again = await ask(desk, head.id, tagOf(first));
  expect(again).toMatchObject({ status: 304, body: '' });
  expect(tagOf(again)).toBe(tagOf(first));
  expect((await ask(desk, head.id, `"x", W/${tagOf(first)}`)).status, 'through a proxy that compresses').toBe(304);
});

it('whatever is added to a report makes it another answer; what is added to others does not', async () => {
  const desk = await freshDesk();
  const [{ head }, other] = [await desk.sendReport(), await desk.sendReport()];
  const seen = [tagOf(await ask(desk, head.id))];
  const changes = [
    () => desk.say(head.id, { type: 'comment', text: 'first' }),
    () => desk.say(head.id, { type: 'status', status: 'open' }),
    async () => desk.send(head, await makePart({ errors: ['SyncError'] }), 1),
    () => desk.send(head, Buffer.from('no bundle at all'), 2),
  ];
  for (const change of changes) {
    await change();
    const answer = await ask(desk, head.id, seen.at(-1));
    expect(answer.status).toBe(200);
    expect(seen).not.toContain(tagOf(answer));
    seen.push(tagOf(answer));
  }
  await desk.say(other.head.id, { type: 'comment', text: 'elsewhere' });
  expect((await ask(desk, head.id, seen.at(-1))).status).toBe(304);
});

it('a tag of another run, or of another report, says nothing', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const [{ head }, other] = [await desk.sendReport(), await desk.sendReport()];
  const tag = tagOf(await ask(desk, head.id));
  await desk.desk.close();
  const next = await deskIn(folder);
  expect((await ask(next, head.id, tag)).status).toBe(200);
  expect(tagOf(await ask(next, other.head.id))).not.toBe(tagOf(await ask(next, head.id)));
});

it('nobody who is not signed in learns whether a report has changed', async () => {
  const desk = await freshDesk();
  const { head } = await desk.sendReport();
  const tag = tagOf(await ask(desk, head.id));
  expect(await desk.call(`/api/reports/${head.id}`, { headers: { 'if-none-match': tag } })).toMatchObject({
    status: 401,
  });
  expect(await ask(desk, randomUUID(), '*')).toMatchObject({ status: 404 });
});

it('what could not be read is asked for anew each time: it may be readable again', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const { head } = await desk.sendReport();
  const conversation = join(folder, 'data', 'store', 'reports', head.id, 'conversation');
  const broken = join(conversation, `0000000000000001-${randomUUID()}.json`);
  await writeFile(broken, '{"type":"comment"');
  const answer = await ask(desk, head.id);
  expect(answer.body.skipped).toBe(1);
  expect(answer.headers.has('etag')).toBe(false);
  await rm(broken);
  expect((await ask(desk, head.id)).headers.has('etag')).toBe(true);
});

import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadReports } from '../../../src/desk/reports/load.js';
import type { InboxAnswer } from '../../../src/shared/protocol/desk.js';
import { FolderStore } from '../../../src/store/folder-store.js';
import { deskIn, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';

it('the inbox is the same when it is made again from the store', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  for (let n = 0; n < 8; n++) {
    const { head } = await desk.sendReport({ description: `Report ${n}` }, { errors: [`a${n}`, 'b'] });
    if (n % 2 === 0) await desk.send(head, await makePart({ errors: ['b', 'c'] }), 1);
    if (n % 3 === 0) await desk.send(head, Buffer.from('no bundle'), 2);
    for (let said = 0; said < n; said++) await desk.say(head.id, { type: 'comment', text: `comment ${said}` });
    if (n > 4) await desk.say(head.id, { type: 'status', status: 'open' });
    if (n > 6) await desk.say(head.id, { type: 'status', status: 'closed' });
  }
  await desk.ticket(makeHead(), await makePart()); // Announced, not sent.

  const { body: live } = await desk.get<InboxAnswer>('/api/reports?limit=200');
  expect(live.total).toBe(8);
  const { states, skipped } = await loadReports(await FolderStore.open(join(folder, 'data', 'store')));
  const summaries = states.filter((state) => state.arrivedMs !== undefined).map((state) => state.summary());
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(skipped).toBe(0);
  expect(summaries.sort(byId)).toEqual([...live.reports].sort(byId));

  // And a desk that starts anew answers the same, in the same order.
  await desk.desk.close();
  const again = await deskIn(folder);
  expect((await again.get<InboxAnswer>('/api/reports?limit=200')).body).toEqual(live);
});

it('digests that are lost or damaged are made again from their parts', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const { head } = await desk.sendReport({}, { errors: ['a', 'b'] });
  await desk.sendReport({}, { errors: ['c'] });
  const { body: before } = await desk.get<InboxAnswer>('/api/reports');
  await desk.desk.close();
  const parts = join(folder, 'data', 'store', 'reports', head.id, 'parts');
  await writeFile(join(parts, '0.digest.json'), '{"part":');
  const second = await deskIn(folder);
  expect((await second.get<InboxAnswer>('/api/reports')).body).toEqual(before);
  await second.desk.close();
  await rm(join(parts, '0.digest.json'));
  expect((await (await deskIn(folder)).get<InboxAnswer>('/api/reports')).body).toEqual(before);
});

it('objects that cannot be read cost themselves, not the start and not the others', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const lost = await desk.sendReport();
  const damaged = await desk.sendReport();
  const good = await desk.sendReport();
  await desk.desk.close();
  const reports = join(folder, 'data', 'store', 'reports');
  await writeFile(join(reports, lost.head.id, 'report.json'), 'x');
  await rm(join(reports, damaged.head.id, 'parts', '0.fluxrec'));
  await writeFile(join(reports, good.head.id, 'conversation', `0000000000000001-${randomUUID()}.json`), 'null');
  await writeFile(join(reports, 'stray'), 'x');

  const again = await deskIn(folder);
  const { body } = await again.get<InboxAnswer>('/api/reports');
  expect(body.reports.map(({ id }) => id)).toEqual([good.head.id]);
  // The customer's app can send again what the disk has lost.
  expect((await again.send(damaged.head, damaged.bytes)).body).toMatchObject({ status: 'accepted' });
  expect((await again.send(lost.head, lost.bytes)).body).toMatchObject({ status: 'accepted' });
  expect((await again.get<InboxAnswer>('/api/reports')).body.total).toBe(3);
});

it('a crash between the part and its entry is healed by completing again', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const head = makeHead();
  const bytes = await makePart({ errors: ['a'] });
  const { ticket } = await desk.ticket(head, bytes);
  await desk.put(ticket, 0, bytes);
  await desk.desk.close();
  // The state that a crash leaves: the object is there, the conversation is not, the upload still is.
  const store = await FolderStore.open(join(folder, 'data', 'store'));
  await store.put(`reports/${head.id}/parts/0.fluxrec`, bytes);

  const again = await deskIn(folder);
  expect((await again.get<InboxAnswer>('/api/reports')).body.total).toBe(0);
  expect((await again.get(`/api/reports/${head.id}/parts/0`)).status).toBe(404);
  expect((await again.complete(ticket)).body).toEqual({ status: 'accepted' });
  expect((await again.get<InboxAnswer>('/api/reports')).body).toMatchObject({ total: 1, reports: [{ errors: 1 }] });
});

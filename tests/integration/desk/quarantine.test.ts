import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { InboxAnswer, ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { deskIn, freshDesk, temporaryFolder } from './desk-in-folder.js';
import { makeHead, makePart } from './part.js';

interface Vector {
  readonly file: string;
  readonly fails?: string;
  readonly problems?: readonly { code: string; path?: string }[];
  readonly found?: readonly { code: string; path?: string }[];
}

const folder = join(import.meta.dirname, '../../vectors');
const vectors = JSON.parse(await readFile(join(folder, 'vectors.json'), 'utf8')) as Vector[];

/** Why the desk must not let a vector count; undefined: it must. */
function reason({ fails, problems = [], found = [] }: Vector): string[] {
  if (fails !== undefined) return [fails];
  return [...problems, ...found].map(({ code }) => code).filter((code) => code !== 'unsupported-encoding');
}

it(
  'lets every good bundle of the vectors count and puts every bad one apart, with its reason',
  { timeout: 120_000 },
  async () => {
    const desk = await freshDesk();
    for (const vector of vectors) {
      const bytes = await readFile(join(folder, vector.file));
      if (bytes.length === 0) continue; // A part has at least a byte: refused with the ticket.
      const head = makeHead();
      const { status, body } = await desk.send(head, bytes);
      const codes = reason(vector);
      expect(status, vector.file).toBe(200);
      expect(body['status'], vector.file).toBe(codes.length === 0 ? 'accepted' : 'quarantined');
      if (codes.length === 0) continue;
      expect(codes, vector.file).toContain(body['code']);
      const { body: answer } = await desk.get<ReportAnswer>(`/api/reports/${head.id}`);
      expect(answer.report, vector.file).toMatchObject({ parts: [], quarantined: 1, bytes: 0 });
      expect(answer.conversation, vector.file).toMatchObject([{ type: 'quarantine', by: 'desk', code: body['code'] }]);
      expect((await desk.get(`/api/reports/${head.id}/parts/0`)).status, vector.file).toBe(404);
    }
  },
);

it('shows a report whose only part is quarantined, keeps its bytes apart and answers the same when asked again', async () => {
  const data = await temporaryFolder();
  const desk = await deskIn(data);
  const head = makeHead();
  const bytes = Buffer.from('This is no bundle at all.');
  const { ticket } = await desk.ticket(head, bytes);
  await desk.put(ticket, 0, bytes);
  const first = await desk.complete(ticket);
  expect(first.body).toMatchObject({ status: 'quarantined', code: 'not-a-zip' });
  expect((await desk.complete(ticket)).body).toEqual(first.body);
  expect(await desk.ticket(head, bytes)).toMatchObject({ status: 'quarantined', receivedBytes: bytes.length });
  expect((await desk.get<InboxAnswer>('/api/reports')).body.reports).toMatchObject([{ id: head.id, quarantined: 1 }]);
  expect((await readFile(join(data, 'data/store/quarantine', head.id, '0.fluxrec'))).equals(bytes)).toBe(true);
  // The next part of the same report may be good.
  expect((await desk.send(head, await makePart(), 1)).body).toMatchObject({ status: 'accepted' });
});

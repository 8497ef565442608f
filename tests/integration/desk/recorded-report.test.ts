import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { InboxAnswer, ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { deskIn, temporaryFolder } from './desk-in-folder.js';

const recorded = join(import.meta.dirname, '../../vectors/recorded');

it('a report that an earlier desk has kept is shown as that desk showed it', async () => {
  const versions = (await readdir(recorded, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(versions.length).toBeGreaterThan(0);
  for (const { name } of versions) {
    const folder = await temporaryFolder();
    await cp(join(recorded, name, 'report'), join(folder, 'data', 'store'), { recursive: true });
    const desk = await deskIn(folder);
    const then = JSON.parse(await readFile(join(recorded, name, 'report.json'), 'utf8')) as ReportAnswer;
    const now = await desk.get<ReportAnswer>(`/api/reports/${then.report.id}`);
    expect(now.body).toEqual(then);
    const inbox = await desk.get<InboxAnswer>('/api/reports?limit=10');
    expect(inbox.body.reports.map(({ id }) => id)).toEqual([then.report.id]);
  }
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Log } from '../../../src/desk/log.js';
import { Reports } from '../../../src/desk/reports/reports.js';
import type { ReportHead } from '../../../src/shared/report/report.js';
import { FolderStore } from '../../../src/store/folder-store.js';

const head: ReportHead = {
  id: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10',
  receiptCode: 'K7QF2-9DM4X-7',
  createdMs: 1000,
  session: 's-1',
  app: { name: 'Fluxion', version: '3.4.1' },
  description: '',
};
const part = { number: 0, bytes: 5, sha256: 'a'.repeat(64) };
const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let nowMs: number;
let reports: Reports;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'));
  nowMs = 1_000_000;
  reports = await Reports.open(await FolderStore.open(folder), () => nowMs, log);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const comment = (text: string) => reports.say(head.id, { type: 'comment', text }, 'Ada');

it('what is said later stands later, also when the clock stands still or is set back', async () => {
  await reports.announce(head);
  await comment('1');
  await Promise.all(['2', '3', '4'].map(comment));
  nowMs -= 500_000;
  await comment('5');
  const { entries } = await reports.conversation(head.id);
  expect(entries.map((entry) => (entry.type === 'comment' ? entry.text : entry.type))).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
  ]);
  const times = entries.map(({ atMs }) => atMs);
  expect(times).toEqual([1_000_000, 1_000_001, 1_000_002, 1_000_003, 1_000_004]);
});

it('an entry that was written twice around a crash is told once', async () => {
  const state = await reports.announce(head);
  await reports.quarantine(state, part, { file: await partFile() }, 'not-a-zip', 'No zip.');
  const conversation = join(folder, 'reports', head.id, 'conversation');
  const [name = ''] = await readdir(conversation);
  const entry = JSON.parse(await readFile(join(conversation, name), 'utf8')) as { id: string; atMs: number };
  await writeFile(
    join(conversation, `0000000009999999-${entry.id}.json`),
    JSON.stringify({ ...entry, atMs: 9_999_999 }),
  );
  const { entries, skipped } = await reports.conversation(head.id);
  expect({ entries, skipped }).toEqual({ entries: [entry], skipped: 0 });
});

it('a part that counts, or is quarantined, is never written over', async () => {
  const state = await reports.announce(head);
  const file = { file: await partFile() };
  const digest = { part, startMs: 0, endMs: 1, errors: [] };
  await reports.addPart(state, part, file, digest);
  const other = { ...part, sha256: 'b'.repeat(64) };
  await expect(reports.addPart(state, other, file, { ...digest, part: other })).rejects.toMatchObject({
    code: 'part-differs',
  });
  await reports.quarantine(state, { ...part, number: 1 }, file, 'not-a-zip', '');
  await expect(reports.addPart(state, { ...other, number: 1 }, file, digest)).rejects.toMatchObject({
    code: 'part-differs',
  });
  expect(state.summary().parts).toEqual([part]);
});

it('an announced report that nobody sends is forgotten; one that has something is not', async () => {
  await reports.announce(head);
  await reports.withdraw(head.id);
  expect(reports.inbox.get(head.id)).toBeUndefined();
  expect(await readdir(folder)).toEqual(['.incoming']);
  const state = await reports.announce(head);
  await reports.addPart(state, part, { file: await partFile() }, { part, startMs: 0, endMs: 1, errors: [] });
  await reports.withdraw(head.id);
  expect(reports.inbox.get(head.id)).toBe(state);
});

async function partFile(): Promise<string> {
  const file = join(folder, '.incoming', 'part');
  await writeFile(file, 'bytes');
  return file;
}

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ReportAnswer, SayRequest } from '../../../../src/shared/protocol/desk.js';
import type { ConversationEntry } from '../../../../src/shared/report/report.js';
import { DeskError, type DeskClient } from '../../../../src/viewer/sources/desk-client.js';
import { DeskReport } from '../../../../src/viewer/state/desk-report.svelte.js';
import { PageDouble, summary } from './doubles.js';

class DeskDouble {
  answer: ReportAnswer = { report: summary(), conversation: [] };
  error: DeskError | undefined;
  tag = '"1"';
  /** The tags of what the caller had. */
  readonly asked: (string | undefined)[] = [];
  #said = 0;

  readonly report: DeskClient['report'] = (_id, _signal, tag) => {
    this.asked.push(tag);
    if (this.error !== undefined) return Promise.reject(this.error);
    return Promise.resolve(tag === this.tag ? undefined : { answer: this.answer, tag: this.tag });
  };
  readonly partUrl = (id: string, number: number) => `/api/reports/${id}/parts/${number}`;
  readonly say = (_id: string, request: SayRequest): Promise<ConversationEntry> => {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.#said += 1;
    const id = `10000000-0000-4000-8000-${String(this.#said).padStart(12, '0')}`;
    const entry = { ...request, id, atMs: 1, by: 'technician', author: 'Ines' } as ConversationEntry;
    const status = request.type === 'status' ? { status: request.status } : {};
    const head = { ...this.answer.report, ...status };
    this.answer = { ...this.answer, report: head, conversation: [...this.answer.conversation, entry] };
    this.tag = `"said ${this.#said}"`;
    return Promise.resolve(entry);
  };
}

let desk: DeskDouble;
let report: DeskReport;
let stop: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  desk = new DeskDouble();
  const page = new PageDouble();
  report = new DeskReport({ id: desk.answer.report.id, desk, visibility: page.visibility, network: page.network });
  stop = report.watch();
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('knows what the desk says, and hears what others say', async () => {
  expect(report.summary?.id).toBe(report.id);
  expect(report.comments).toEqual([]);
  await desk.say('', { type: 'comment', text: 'Look here', momentMs: 5 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(report.comments).toMatchObject([{ text: 'Look here', momentMs: 5 }]);
});

it('asks whether anything changed, and keeps what it has where nothing did', async () => {
  await desk.say('', { type: 'comment', text: 'Look here', momentMs: 5 });
  await vi.advanceTimersByTimeAsync(10_000);
  const { conversation } = report;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(desk.asked).toEqual([undefined, '"1"', '"said 1"', '"said 1"']);
  expect(report.conversation).toBe(conversation);
});

it('says a comment pinned to a whole millisecond, once, and empties the draft', async () => {
  report.draft = ' The button is grey \n';
  report.draftMs = 1234.567;
  const [first, second] = await Promise.all([report.comment(), report.comment()]);
  expect([first, second]).toEqual([true, false]);
  expect(report.comments).toMatchObject([{ text: 'The button is grey', momentMs: 1235 }]);
  expect(report.draft).toBe('');
  expect(report.draftMs).toBeUndefined();
  await vi.advanceTimersByTimeAsync(0);
  expect(report.comments).toHaveLength(1);
});

it('says nothing when there is nothing to say', async () => {
  report.draft = ' \n ';
  await expect(report.comment()).resolves.toBe(false);
  expect(desk.answer.conversation).toEqual([]);
});

it('keeps what was written when the desk cannot be reached, or wants a sign-in first', async () => {
  for (const code of ['desk-unreachable', 'desk-signed-out'] as const) {
    desk.error = new DeskError(code, 'Not now.');
    report.draft = 'Important';
    await expect(report.comment()).resolves.toBe(false);
    expect(report.draft).toBe('Important');
    expect(report.sayError?.message).toBe('Not now.');
  }
  desk.error = undefined;
  await expect(report.comment()).resolves.toBe(true);
  expect(report.sayError).toBeUndefined();
});

it('keeps what is written while the comment is on its way', async () => {
  report.draft = 'One';
  const saying = report.comment();
  report.draft = 'One and a second thought';
  await saying;
  expect(report.draft).toBe('One and a second thought');
});

it('shows a status at once', async () => {
  await report.setStatus('waiting');
  expect(report.summary?.status).toBe('waiting');
});

it('tells of parts that came in after the report was opened', async () => {
  expect(report.newParts).toEqual([]);
  report.setOpenedParts([0]);
  const parts = [0, 1].map((number) => ({ number, bytes: 1, sha256: '0'.repeat(64) }));
  desk.answer = { ...desk.answer, report: { ...desk.answer.report, parts } };
  desk.tag = '"another part"';
  await vi.advanceTimersByTimeAsync(10_000);
  expect(report.newParts.map(({ number }) => number)).toEqual([1]);
});

it('is missing when the desk knows nothing of it; signed out it is only waiting', async () => {
  stop();
  const page = new PageDouble();
  const missing = new DeskReport({ id: report.id, desk, visibility: page.visibility, network: page.network });
  desk.error = new DeskError('desk-signed-out', 'Sign in.', { status: 401 });
  stop = missing.watch();
  await vi.advanceTimersByTimeAsync(0);
  expect(missing.isMissing).toBe(false);
  desk.error = new DeskError('desk-refused', 'No such report.', { status: 404 });
  missing.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(missing.isMissing).toBe(true);
});

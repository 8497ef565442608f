import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ReportAnswer, SayRequest } from '../../../../src/shared/protocol/desk.js';
import type { ConversationEntry } from '../../../../src/shared/report/report.js';
import { DeskError, type DeskClient, type KnownReport } from '../../../../src/viewer/sources/desk-client.js';
import { DeskReport } from '../../../../src/viewer/state/desk-report.svelte.js';
import { PageDouble, summary } from './doubles.js';

class DeskDouble {
  answer: ReportAnswer = { report: summary(), conversation: [] };
  error: DeskError | undefined;
  tag = '"1"';
  /** What the caller had. */
  readonly asked: KnownReport[] = [];
  pageLength = Infinity;
  #said = 0;

  readonly report: DeskClient['report'] = (_id, _signal, known) => {
    this.asked.push(known ?? {});
    if (this.error !== undefined) return Promise.reject(this.error);
    if (known?.tag === this.tag) return Promise.resolve(undefined);
    const { conversation } = this.answer;
    const from = conversation.findIndex(({ id }) => id === known?.after) + 1;
    const page = conversation.slice(from, from + this.pageLength);
    const more = from + page.length < conversation.length ? ({ more: true } as const) : {};
    const tag = 'more' in more || this.answer.skipped !== undefined ? undefined : this.tag;
    return Promise.resolve({ answer: { ...this.answer, conversation: page, ...more }, tag });
  };
  readonly pictureUrl = (id: string, picture: string) => `/api/reports/${id}/pictures/${picture}`;
  readonly partUrl = (id: string, number: number) => `/api/reports/${id}/parts/${number}`;
  readonly say = (_id: string, request: SayRequest): Promise<ConversationEntry> => {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.#said += 1;
    const id = `10000000-0000-4000-8000-${String(this.#said).padStart(12, '0')}`;
    const entry = { ...request, id, atMs: this.#said, by: 'technician', author: 'Ines' } as ConversationEntry;
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
  const after = conversation[0]?.id;
  expect(desk.asked).toEqual([{}, { tag: '"1"' }, { tag: '"said 1"', after }, { tag: '"said 1"', after }]);
  expect(report.conversation).toBe(conversation);
});

const saidOf = () => report.comments.map(({ text }) => text);
const say = (text: string) => desk.say('', { type: 'comment', text });

it('reads a long conversation page by page, and then only what is new', async () => {
  desk.pageLength = 2;
  for (const text of ['1', '2', '3', '4', '5']) await say(text);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saidOf()).toEqual(['1', '2', '3', '4', '5']);
  expect(desk.asked).toHaveLength(1 + 3);
  await say('6');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saidOf()).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(desk.asked).toHaveLength(1 + 3 + 1);
});

it('puts what was said here after what others had said meanwhile', async () => {
  await say('theirs');
  report.draft = 'mine';
  await report.comment();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saidOf()).toEqual(['theirs', 'mine']);
});

it('asks for all of it anew while something could not be read', async () => {
  desk.answer = { ...desk.answer, skipped: 1 };
  for (const text of ['1', '2']) await say(text);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(report.skipped).toBe(1);
  const [, first] = desk.answer.conversation;
  desk.answer = { report: desk.answer.report, conversation: first === undefined ? [] : [first] };
  await vi.advanceTimersByTimeAsync(10_000);
  expect(saidOf()).toEqual(['2']);
  expect(report.skipped).toBe(0);
});

it('does not fill its memory with a conversation without end, and still hears of the report', async () => {
  desk.pageLength = 1;
  for (let index = 0; index < 50; index += 1) await say(String(index));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(report.isCut).toBe(true);
  expect(saidOf()).toHaveLength(30);
  desk.answer = { ...desk.answer, report: { ...desk.answer.report, status: 'closed' } };
  await vi.advanceTimersByTimeAsync(20_000);
  expect(saidOf()).toHaveLength(30);
  expect(report.summary?.status).toBe('closed');
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

import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ReportSummary } from '../../../../src/shared/report/report.js';
import { DeskError, type InboxRequest } from '../../../../src/viewer/sources/desk-client.js';
import { Inbox, INBOX_PAGE } from '../../../../src/viewer/state/inbox.svelte.js';
import { mintReceiptCode } from '../../../../src/shared/report/receipt-code.js';
import { PageDouble, summary } from './doubles.js';

const CODE = mintReceiptCode(Uint8Array.from([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]));

/** A desk with these reports, newest first; the only filter it knows is the status. */
class DeskDouble {
  reports: ReportSummary[] = [];
  asked: InboxRequest[] = [];
  error: DeskError | undefined;

  readonly inbox = (request: InboxRequest) => {
    this.asked.push(request);
    if (this.error !== undefined) return Promise.reject(this.error);
    const found = this.reports.filter(({ status }) => request.status === undefined || status === request.status);
    const from = request.before === undefined ? 0 : found.findIndex(({ id }) => id === request.before) + 1;
    return Promise.resolve({ reports: found.slice(from, from + request.limit), total: found.length });
  };
}

let desk: DeskDouble;
let inbox: Inbox;
let close: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  desk = new DeskDouble();
  const page = new PageDouble();
  inbox = new Inbox({ desk, visibility: page.visibility, network: page.network });
});

afterEach(() => {
  close();
  vi.useRealTimers();
});

async function open(): Promise<void> {
  close = inbox.open();
  await vi.advanceTimersByTimeAsync(0);
}

const ids = (): string[] => inbox.reports.map((report) => report.description);

it('loads, then lists', async () => {
  desk.reports = [summary({ description: 'b' }), summary({ description: 'a' })];
  expect(inbox.phase).toBe('loading');
  await open();
  expect(inbox.phase).toBe('listed');
  expect(ids()).toEqual(['b', 'a']);
  expect(inbox.arrived).toEqual([]);
});

it('is empty, or has no match', async () => {
  await open();
  expect(inbox.phase).toBe('empty');
  inbox.filter('closed');
  await vi.advanceTimersByTimeAsync(0);
  expect(inbox.phase).toBe('no-match');
  inbox.clearFilters();
  expect(inbox.isFiltered).toBe(false);
});

it('shows what comes in by itself, and keeps the selection', async () => {
  desk.reports = [summary({ description: 'a' })];
  await open();
  inbox.selectBy(1);
  const fresh = summary({ description: 'b' });
  desk.reports = [fresh, ...desk.reports];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ids()).toEqual(['b', 'a']);
  expect(inbox.arrived).toEqual([fresh.id]);
  expect(inbox.selected).toBe(desk.reports[1]?.id);
});

it('does not take for arrived what another filter finds', async () => {
  desk.reports = [summary({ status: 'closed' }), summary()];
  inbox.filter('new');
  await open();
  expect(inbox.reports).toHaveLength(1);
  inbox.filter(undefined);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(inbox.reports).toHaveLength(2);
  expect(inbox.arrived).toEqual([]);
});

it('counts the first report of an empty inbox as arrived', async () => {
  await open();
  desk.reports = [summary()];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(inbox.arrived).toHaveLength(1);
});

it('reacts to what is shown: components see each change', async () => {
  desk.reports = [summary()];
  const seen: string[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      seen.push(`${inbox.phase} ${inbox.reports.length}`);
    });
  });
  flushSync();
  await open();
  flushSync();
  stop();
  expect(seen).toEqual(['loading 0', 'listed 1']);
});

it('searches once typing is over, and forgets the answer to an older search', async () => {
  await open();
  desk.asked = [];
  inbox.search('s');
  inbox.search('sy');
  inbox.search('sync ');
  await vi.advanceTimersByTimeAsync(200);
  expect(desk.asked.map(({ query }) => query)).toEqual(['sync']);
});

it('loads older reports behind those it has, and keeps them when it looks again', async () => {
  desk.reports = Array.from({ length: 130 }, () => summary());
  await open();
  expect(inbox.reports).toHaveLength(INBOX_PAGE);
  expect(inbox.hasOlder).toBe(true);
  await inbox.loadOlder();
  await inbox.loadOlder();
  expect(inbox.reports).toHaveLength(130);
  expect(inbox.hasOlder).toBe(false);
  expect(inbox.arrived).toEqual([]);
  desk.reports = [summary({ description: 'new' }), ...desk.reports];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(inbox.reports).toHaveLength(131);
  expect(new Set(inbox.reports.map(({ id }) => id)).size).toBe(131);
  expect(inbox.arrived).toHaveLength(1);
});

it('fails when it has nothing to show, and only warns when it has', async () => {
  desk.error = new DeskError('desk-unreachable', 'Away.');
  await open();
  expect(inbox.phase).toBe('failed');
  desk.error = undefined;
  desk.reports = [summary()];
  inbox.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(inbox.phase).toBe('listed');
  desk.error = new DeskError('desk-unreachable', 'Away.');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(inbox.phase).toBe('listed');
  expect(inbox.error?.message).toBe('Away.');
});

it('moves the selection within the list', async () => {
  desk.reports = [summary(), summary(), summary()];
  await open();
  inbox.selectBy(-1);
  expect(inbox.selected).toBe(desk.reports[2]?.id);
  inbox.selectBy(1);
  expect(inbox.selected).toBe(desk.reports[2]?.id);
  inbox.selectBy(-2);
  expect(inbox.selected).toBe(desk.reports[0]?.id);
});

it.each([
  [CODE, false],
  [CODE.toLowerCase().replaceAll('-', ' '), false],
  [CODE.replace(/^./, (first) => (first === '2' ? '3' : '2')), true],
  ['sync fails', false],
])('a code of which a part was misheard: %s', async (query, isMisheard) => {
  await open();
  inbox.search(query);
  await vi.advanceTimersByTimeAsync(200);
  expect(inbox.isMisheard).toBe(isMisheard);
});

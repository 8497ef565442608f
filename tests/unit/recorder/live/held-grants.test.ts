import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HeldGrants } from '../../../../src/recorder/live/held-grants.js';
import type { LiveOrders } from '../../../../src/shared/protocol/live-host.js';

const NOW_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

function grant(kind: 'view-dom' | 'chat', untilMs: number): LiveOrders['grants'][number] {
  return { grant: crypto.randomUUID(), kind, untilMs };
}

let ends: number;
let held: HeldGrants;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW_MS });
  ends = 0;
  held = new HeldGrants(() => {
    ends += 1;
  });
});
afterEach(() => {
  held.stop();
  vi.useRealTimers();
});

it('are those that are not over', () => {
  const [view, chat] = [grant('view-dom', NOW_MS + MINUTE_MS), grant('chat', NOW_MS - 1)];
  expect(held.of([view, chat])).toEqual([view]);
});

it('are looked at again when the first of them is over, once', () => {
  held.of([grant('view-dom', NOW_MS + 2 * MINUTE_MS), grant('chat', NOW_MS + MINUTE_MS)]);
  vi.advanceTimersByTime(MINUTE_MS - 1);
  expect(ends).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(ends).toBe(1);
  vi.advanceTimersByTime(10 * MINUTE_MS);
  expect(ends).toBe(1);
});

it('are looked at again now and then where they last for days', () => {
  held.of([grant('view-dom', NOW_MS + 100 * 24 * 60 * MINUTE_MS)]);
  vi.advanceTimersByTime(61 * MINUTE_MS);
  expect(ends).toBe(1);
});

it('are not held again once they were spent, whatever the host process says', () => {
  const all = [grant('view-dom', NOW_MS + MINUTE_MS), grant('chat', NOW_MS + MINUTE_MS)];
  held.spend(all, 'chat');
  expect(held.of(all)).toEqual([all[0]]);
  held.spend(all);
  expect(held.of(all)).toEqual([]);
  const later = grant('chat', NOW_MS + MINUTE_MS);
  expect(held.of([...all, later])).toEqual([later]);
});

it('end nothing when nobody looks any more', () => {
  held.of([grant('chat', NOW_MS + MINUTE_MS)]);
  held.stop();
  vi.advanceTimersByTime(10 * MINUTE_MS);
  expect(ends).toBe(0);
});

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Poller } from '../../../../src/viewer/state/poller.js';
import { PageDouble } from './doubles.js';

const page = { double: new PageDouble() };
let runs: AbortSignal[] = [];
let outcome: () => Promise<void> = () => Promise.resolve();
let poller: Poller;

beforeEach(() => {
  vi.useFakeTimers();
  page.double = new PageDouble();
  runs = [];
  outcome = () => Promise.resolve();
  poller = new Poller({
    run: (signal) => {
      runs.push(signal);
      return outcome();
    },
    intervalMs: 1_000,
    maxIntervalMs: 10_000,
    visibility: page.double.visibility,
    network: page.double.network,
  });
});

afterEach(() => {
  poller.stop();
  vi.useRealTimers();
});

it('runs at once and then at its interval', async () => {
  poller.start();
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(3_500);
  expect(runs).toHaveLength(4);
});

it('waits twice as long after each failure, up to its limit, and not after a success', async () => {
  outcome = () => Promise.reject(new Error('away'));
  poller.start();
  await vi.advanceTimersByTimeAsync(1_999);
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(runs).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(8_000 + 10_000);
  expect(runs).toHaveLength(5);
  outcome = () => Promise.resolve();
  await vi.advanceTimersByTimeAsync(10_000 + 1_000);
  expect(runs).toHaveLength(7);
});

it('waits as long as it was asked to', async () => {
  outcome = () => Promise.reject(Object.assign(new Error('busy'), { retryAfterMs: 30_000 }));
  poller.start();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(runs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toHaveLength(2);
});

it('rests while nobody looks, and looks at once when somebody does', async () => {
  poller.start();
  page.double.hide(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(runs).toHaveLength(1);
  page.double.hide(false);
  expect(runs).toHaveLength(2);
});

it('tries at once when the connection is back', async () => {
  outcome = () => Promise.reject(new Error('away'));
  poller.start();
  await vi.advanceTimersByTimeAsync(0);
  page.double.dispatchEvent(new Event('online'));
  expect(runs).toHaveLength(2);
});

it('aborts a run in whose place another begins, and the last one when it stops', () => {
  outcome = () => new Promise(() => undefined);
  poller.start();
  poller.now();
  expect(runs.map((signal) => signal.aborted)).toEqual([true, false]);
  poller.stop();
  expect(runs[1]?.aborted).toBe(true);
  poller.now();
  expect(runs).toHaveLength(2);
});

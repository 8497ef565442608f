import { afterEach, expect, test, vi } from 'vitest';
import type { LaneEvent } from '../../../src/shared/session/lane.js';
import { makeBundle, testSource } from '../../unit/viewer/make-bundle.js';
import { DeskDouble } from './desk-double.js';
import { get, press, remove, start } from './mounted.js';

const SEGMENTS = 100;
const LINES = 5_000;

afterEach(remove);

/** Half a million lines in ten minutes; every thousandth is an error. */
function longLog(): Promise<Uint8Array<ArrayBuffer>> {
  const stepMs = 600_000 / (SEGMENTS * LINES);
  return makeBundle({
    sources: [testSource('w1')],
    segments: Array.from({ length: SEGMENTS }, (_, sequence) => ({
      lane: 'log' as const,
      source: 'w1',
      sequence,
      events: Array.from({ length: LINES }, (__, line): LaneEvent => {
        const number = sequence * LINES + line;
        const level = number % 1000 === 999 ? 'error' : 'info';
        return { type: 'log', t: number * stepMs, level, logger: 'console', message: `line ${number}` };
      }),
    })),
  });
}

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=option]')];

test('half a million log lines: a handful of elements, any place at once, followed while it plays', async () => {
  const desk = new DeskDouble();
  const id = desk.add('A lot is said', [await longLog()]);
  await start(desk, `#/reports/${id}`);
  await vi.waitFor(() => {
    expect(get('.tools .count').textContent).toMatch(/500,000 log lines\s*$/);
  }, 60_000);

  const list = get('[role=listbox]');
  list.scrollTop = list.scrollHeight;
  await vi.waitFor(() => {
    expect(rows().at(-1)?.textContent).toContain('line 499999');
  });
  expect(rows().length).toBeLessThan(80);
  expect(get('.follow').textContent).toContain('Follow');

  // A person has scrolled: the playhead moves, the list does not.
  press('j');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(rows().at(-1)?.textContent).toContain('line 499999');
  press('f');
  await vi.waitFor(() => {
    expect(get('[aria-current=time]').textContent).toContain('line 999');
  });
  expect(document.querySelector('.follow')).toBeNull();

  // Frames come on while it scrolls through everything.
  let longestMs = 0;
  let before = performance.now();
  for (let share = 0; share <= 1; share += 0.02) {
    list.scrollTop = share * list.scrollHeight;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    longestMs = Math.max(longestMs, performance.now() - before);
    before = performance.now();
  }
  expect(longestMs).toBeLessThan(250);

  // The search goes through all of it without holding the page.
  press('/');
  const field = get('input[type=search]') as HTMLInputElement;
  field.value = 'line 4321';
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await vi.waitFor(() => {
    expect(get('.tools .count').textContent).toMatch(/^\s*200 of 500,000/);
  }, 10_000);
}, 120_000);

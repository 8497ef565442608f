import { expect, it } from 'vitest';
import type { LiveItem } from '../../../../src/viewer/model/items.js';
import { liveStretches } from '../../../../src/viewer/model/live-stretches.js';

const A = '7e2c9c4e-3f3b-4d1f-9a51-0f6a4c8b2d10';
const B = '11111111-3f3b-4d1f-9a51-0f6a4c8b2d10';

function line(ms: number, what: 'on' | 'off' | 'chat', session = A): LiveItem {
  const head = { type: 'live', t: ms, session, text: '' } as const;
  return {
    lane: 'live',
    key: ms,
    ms,
    source: 'host-1',
    event: what === 'chat' ? { ...head, kind: 'chat', from: 'customer' } : { ...head, kind: 'recording', state: what },
  };
}

it('is from the line that says it is on to the one that says it is off', () => {
  const items = [line(10, 'on'), line(20, 'chat'), line(30, 'off'), line(50, 'on'), line(60, 'off')];
  expect(liveStretches(items)).toEqual([
    { session: A, startMs: 10, endMs: 30 },
    { session: A, startMs: 50, endMs: 60 },
  ]);
});

it('reaches to the last that is known where the end has not come, and from the first where the beginning is lost', () => {
  expect(liveStretches([line(10, 'on'), line(25, 'chat')])).toEqual([{ session: A, startMs: 10, endMs: 25 }]);
  expect(liveStretches([line(12, 'chat'), line(25, 'off')])).toEqual([{ session: A, startMs: 12, endMs: 25 }]);
  expect(liveStretches([line(10, 'on'), line(20, 'chat'), line(40, 'on'), line(45, 'chat')])).toEqual([
    { session: A, startMs: 10, endMs: 20 },
    { session: A, startMs: 40, endMs: 45 },
  ]);
});

it('keeps sessions apart', () => {
  expect(liveStretches([line(10, 'on'), line(20, 'on', B), line(30, 'off'), line(40, 'off', B)])).toEqual([
    { session: A, startMs: 10, endMs: 30 },
    { session: B, startMs: 20, endMs: 40 },
  ]);
  expect(liveStretches([])).toEqual([]);
});

import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseLaneLines } from '../../../../src/shared/bundle/parse-lines.js';
import { MaskedValues } from '../../../../src/shared/privacy/masked-values.js';
import { createScrubber } from '../../../../src/shared/privacy/scrubber.js';
import { inLaneOrder, isLineLane, laneEventSchema, laneSchema } from '../../../../src/shared/session/lane.js';
import { isOwnLane, ownLane, ownLaneWords } from '../../../../src/shared/session/own-lane.js';

describe('a lane of the app’s own', () => {
  it('has a name in lower-case words', () => {
    expect(ownLane('orders')).toBe('app-orders');
    expect(ownLane('print-queue-2')).toBe('app-print-queue-2');
    expect(ownLane('a'.repeat(28))).toBeDefined();
    const wrong = ['', 'Orders', 'print queue', '-a', 'a-', 'a--b', '../x', 'a.b', '2nd', 'é', 'a'.repeat(29), 'a\n'];
    for (const name of wrong) expect(ownLane(name), name).toBeUndefined();
  });

  it('goes by that name with people', () => {
    expect(ownLaneWords('app-print-queue')).toBe('Print queue');
  });

  it('is a lane wherever one is parsed, and no other is', () => {
    for (const lane of ['app-orders', 'log', 'screen']) expect(v.is(laneSchema, lane)).toBe(true);
    for (const lane of ['app-', 'app', 'orders', 'app-../x', 7]) expect(v.is(laneSchema, lane)).toBe(false);
    expect(['app-orders', 'log', 'dom', 'app-x.y'].map(isLineLane)).toEqual([true, true, false, false]);
    expect(isOwnLane('log')).toBe(false);
  });

  it('comes after ours, by name', () => {
    expect(inLaneOrder(['app-b', 'live', 'app-a', 'dom', 'app-b'])).toEqual(['dom', 'live', 'app-a', 'app-b']);
  });

  it('has lines that are read as they were written; one of another lane is a bad line', () => {
    const lines = [
      { type: 'app-orders', t: 5, text: 'placed', data: { id: 7 } },
      { type: 'app-orders', t: 6, level: 'error', text: 'failed' },
      { type: 'app-orders', t: 7, level: 'fatal', text: 'no such level' },
      { type: 'app-prints', t: 8, text: 'of another lane' },
      { type: 'from-the-future', t: 9, text: 'whatever that is' },
    ];
    const plain = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { events, badLines, unknownEvents } = parseLaneLines(plain, 'app-orders');
    expect(events).toEqual(lines.slice(0, 2));
    expect([badLines, unknownEvents]).toEqual([2, 1]);
  });

  it('holds no value of a masked field, neither in its text nor anywhere in its data', () => {
    const values = new MaskedValues();
    values.add('zanzibar-quokka', 'field');
    const event = v.parse(laneEventSchema, {
      type: 'app-orders',
      t: 1,
      text: 'order of zanzibar-quokka',
      data: { by: ['zanzibar-quokka'], 'zanzibar-quokka': 1 },
    });
    expect(JSON.stringify(createScrubber(values).event(event))).not.toContain('quokka');
  });
});

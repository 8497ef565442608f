import { afterEach, describe, expect, it } from 'vitest';
import { AppLines } from '../../../src/recorder/app-lines.js';
import { laneEventSchema } from '../../../src/shared/session/lane.js';
import type { AppLane } from '../../../src/shared/session/own-lanes.js';
import { LaneDouble } from './lane-double.js';
import * as v from 'valibot';

let double: LaneDouble | undefined;
afterEach(() => {
  double?.stop();
});

function setUp(): { lanes: LaneDouble; app: AppLines } {
  const lanes = new LaneDouble();
  let app: AppLines | undefined;
  lanes.start((context) => {
    app = new AppLines(context);
    return () => undefined;
  });
  double = lanes;
  if (app === undefined) throw new Error('no lines');
  return { lanes, app };
}

const notes = (lanes: LaneDouble): string[] => lanes.of('recorder').map(({ text }) => text);

describe('a lane of the app’s own', () => {
  it('records lines with their level and data, an error at once', () => {
    const { lanes, app } = setUp();
    const orders = app.lane('orders');
    orders.record('placed', { data: { id: 7, at: new Date(0) } });
    orders.record('refused', { level: 'error' });
    expect(lanes.events).toMatchObject([
      { type: 'app-orders', text: 'placed', data: { id: 7 } },
      { type: 'app-orders', text: 'refused', level: 'error' },
    ]);
    expect(lanes.urgent).toMatchObject([{ text: 'refused' }]);
  });

  it('of a name that is none records nothing, and the recording says so', () => {
    const { lanes, app } = setUp();
    app.lane('Print Queue').record('lost');
    expect(lanes.events.filter(({ type }) => type !== 'recorder')).toEqual([]);
    expect(notes(lanes)).toEqual([expect.stringContaining('“Print Queue”')]);
  });

  it('is one of sixteen', () => {
    const { lanes, app } = setUp();
    for (let at = 0; at < 17; at += 1) app.lane(`lane-${at}`).record('here');
    // One that is open is no new one.
    app.lane('lane-0').record('again');
    expect(new Set(lanes.events.filter(({ type }) => type !== 'recorder').map(({ type }) => type)).size).toBe(16);
    expect(notes(lanes)).toEqual([expect.stringContaining('“lane-16”')]);
  });

  it('takes whatever it is given, bounded, and never breaks the app', () => {
    const { lanes, app } = setUp();
    const record = Reflect.get(app.lane('orders'), 'record') as (...given: unknown[]) => void;
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    record('x'.repeat(5000), { data: 'y'.repeat(1_000_000) });
    record({ not: 'a text' }, { level: 'fatal', data: circular });
    record(undefined, null);
    record(Symbol('s'), { data: () => undefined });
    record(
      new Proxy(
        {},
        {
          get() {
            throw new Error('hostile');
          },
        },
      ),
    );
    const recorded = lanes.events.filter(({ type }) => type === 'app-orders');
    expect(recorded.length).toBeGreaterThanOrEqual(4);
    for (const event of recorded) {
      expect(v.is(laneEventSchema, event)).toBe(true);
      expect(JSON.stringify(event).length).toBeLessThan(120_000);
    }
    expect(recorded[0]).toMatchObject({ text: `${'x'.repeat(1000)}…` });
  });

  it('records so many lines a second, and says how many were left out', () => {
    const { lanes, app } = setUp();
    const flood: AppLane = app.lane('flood');
    for (let at = 0; at < 1000; at += 1) flood.record('again');
    lanes.skipMs += 1000;
    flood.record('later');
    const kept = lanes.events.filter(({ type }) => type === 'app-flood').length;
    // The loop may lie across the end of a second.
    expect(kept).toBeLessThanOrEqual(401);
    expect(lanes.of('recorder').map(({ count }) => count)).toContainEqual(expect.any(Number));
  });

  it('records nothing while it is paused', () => {
    const { lanes, app } = setUp();
    lanes.paused = true;
    app.lane('orders').record('in the pause');
    app.log('shop', 'warn', ['in the pause']);
    expect(lanes.events).toEqual([]);
  });
});

it('loggers of the app have their names', () => {
  const { lanes, app } = setUp();
  app.log('shop', 'warn', ['The basket is stale', { ageMs: 4200 }]);
  expect(lanes.events).toMatchObject([{ type: 'log', logger: 'shop', level: 'warn' }]);
});

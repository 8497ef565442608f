import { describe, expect, it } from 'vitest';
import { EventFlow } from '../../../src/recorder/event-flow.js';
import { FieldWatch } from '../../../src/recorder/masking/field-watch.js';
import type { Ring, RingBatch } from '../../../src/recorder/ring/ring.js';
import type { DomEvent, LogEvent } from '../../../src/shared/session/lane.js';
import type { MaskedValue } from '../../../src/shared/privacy/masked-values.js';
import { wait } from './lane-double.js';

interface Append {
  readonly batches: readonly RingBatch[];
  readonly masked: readonly MaskedValue[];
  readonly urgent: boolean;
}

/** A ring that only notes what it is given. */
function ringDouble(): { readonly ring: Ring; readonly appends: Append[] } {
  const appends: Append[] = [];
  const append = (batches: readonly RingBatch[], masked: readonly MaskedValue[], urgent: boolean): void => {
    appends.push({ batches, masked, urgent });
  };
  return { ring: { append } as unknown as Ring, appends };
}

const log = (message: string): LogEvent => ({
  type: 'log',
  t: performance.now(),
  level: 'log',
  logger: 'test',
  message,
});
const dom = (type: number): DomEvent => ({ type, data: {}, timestamp: 5 });
const lanes = (appends: readonly Append[]): string[] =>
  appends.flatMap(({ batches }) => batches.map(({ lane, events }) => `${lane} ${events.length}`));

describe('the flow of events', () => {
  it('keeps what comes before the ring, values first', () => {
    const fields = new FieldWatch();
    const flow = new EventFlow(1000, fields, () => undefined);
    fields.add('Gryphon77', 'field');
    flow.emit(log('one'), false);
    flow.emitDom(dom(4));
    const { ring, appends } = ringDouble();
    expect(flow.openTo(ring, false)).toBe(false);
    expect(appends[0]?.masked).toEqual([{ value: 'Gryphon77', kind: 'field' }]);
    expect(lanes(appends)).toEqual(['log 1', 'dom 1']);
  });

  it('stamps dom events by the page’s own clock', () => {
    const flow = new EventFlow(1000, new FieldWatch(), () => undefined);
    const event = dom(4);
    const before = performance.now();
    flow.emitDom(event);
    expect(event.timestamp).toBeGreaterThanOrEqual(1000 + before);
    expect(event.timestamp).toBeLessThanOrEqual(1000 + performance.now());
  });

  it('posts twice a second, and an error at once', async () => {
    const flow = new EventFlow(0, new FieldWatch(), () => undefined);
    const { ring, appends } = ringDouble();
    flow.openTo(ring, false);
    appends.length = 0;
    flow.emit(log('one'), false);
    flow.emit(log('two'), false);
    await wait(100);
    expect(appends).toEqual([]);
    await wait(500);
    expect(lanes(appends)).toEqual(['log 2']);
    expect(appends[0]?.urgent).toBe(false);
    flow.emit(log('three'), true);
    flow.emit(log('four'), true);
    await Promise.resolve();
    expect(lanes(appends)).toEqual(['log 2', 'log 2']);
    expect(appends[1]?.urgent).toBe(true);
  });

  it('says until when an event may be changed', () => {
    const flow = new EventFlow(0, new FieldWatch(), () => undefined);
    const { ring } = ringDouble();
    flow.openTo(ring, false);
    const isOpen = flow.emit(log('one'), false);
    expect(isOpen()).toBe(true);
    flow.flush();
    expect(isOpen()).toBe(false);
  });

  it('is bounded while there is no ring: lines lose the oldest, the dom lane all and begins anew', () => {
    const flow = new EventFlow(0, new FieldWatch(), () => undefined);
    for (let index = 0; index < 25_000; index++) flow.emit(log(String(index)), false);
    for (let index = 0; index < 5000; index++) flow.emitDom(dom(3));
    const { ring, appends } = ringDouble();
    expect(flow.openTo(ring, false)).toBe(true);
    const events = appends.flatMap(({ batches }) => batches.flatMap((batch) => batch.events));
    expect(events.length).toBeLessThanOrEqual(10_001);
    expect(events.filter((event) => event.type === 'log').at(-1)).toMatchObject({ message: '24999' });
    const [dropped] = events.filter((event) => event.type === 'recorder');
    expect(dropped).toMatchObject({ kind: 'dropped' });
    expect(events.some(({ type }) => type === 3)).toBe(false);
    flow.emitDom(dom(4));
    flow.flush();
    expect(lanes(appends).at(-1)).toBe('dom 1');
  });

  it('drops what comes while it is closed, but not what the recorder says of itself', () => {
    const flow = new EventFlow(0, new FieldWatch(), () => undefined);
    const { ring, appends } = ringDouble();
    flow.openTo(ring, false);
    flow.setClosed(true);
    flow.emit(log('private'), false);
    flow.emitDom(dom(3));
    flow.report('paused', 'Paused.');
    flow.setClosed(false);
    flow.flush();
    expect(lanes(appends)).toEqual(['recorder 1']);
  });
});

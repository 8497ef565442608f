import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LaneEvent, LogEvent, NetworkEvent } from '../../../../src/shared/session/lane.js';
import { BundleError } from '../../../../src/shared/bundle/errors.js';
import { Timeline } from '../../../../src/viewer/model/timeline.js';
import { NetworkLog, type PlacedNetworkEvent } from '../../../../src/viewer/model/network.js';
import type { ReportIndex, SegmentRef, SessionSource } from '../../../../src/viewer/sources/session-source.js';

const anchors = (sessionMs: number) => [{ monoMs: 0, sessionMs, wallMs: 0, uncertaintyMs: 0 }];

function log(t: number, message = `at ${t}`): LogEvent {
  return { type: 'log', t, level: 'info', logger: 'console', message };
}

/** A source in memory: what it is asked for, and in which order. */
function setUp(segments: readonly { source: string; lane: string; events: readonly LaneEvent[]; fails?: boolean }[]) {
  const refs = segments.map(({ source, lane, events }, ordinal): SegmentRef => {
    const times = events.map(({ t }) => t + (source === 'late' ? 500 : 0));
    const startMs = Math.min(...times);
    const endMs = Math.max(...times);
    const rest = { part: 0, path: `${ordinal}`, chain: 0, bytes: 1, storedBytes: 1, checkout: false };
    return { ...rest, ordinal, lane, source, startMs, endMs, events: events.length };
  });
  const lanes = new Map<string, SegmentRef[]>();
  for (const ref of refs) lanes.set(ref.lane, [...(lanes.get(ref.lane) ?? []), ref]);
  const index: ReportIndex = {
    startMs: 0,
    endMs: 1_000_000,
    wallStartMs: 0,
    parts: [],
    sources: [
      { key: 'w', kind: 'window', originMs: 0, anchors: anchors(0), offsetMs: 0 },
      { key: 'late', kind: 'host', originMs: 0, anchors: anchors(500), offsetMs: 0 },
    ],
    lanes,
    problems: [],
  };
  const read: number[] = [];
  const source: SessionSource = {
    open: () => Promise.resolve(index),
    readEvents(ref) {
      read.push(ref.ordinal);
      const segment = segments[ref.ordinal];
      if (segment?.fails === true) return Promise.reject(new BundleError('wrong-hash'));
      return Promise.resolve({ events: segment?.events ?? [], badLines: 1 });
    },
    readChain: () => Promise.resolve({ chunks: [], problems: [] }),
    checkSignatures: () => Promise.resolve([]),
    close: () => undefined,
  };
  return { timeline: new Timeline(source, index), read };
}

describe('timeline', () => {
  it('puts the lines of several sources on one clock and in order', async () => {
    const { timeline } = setUp([
      { source: 'w', lane: 'log', events: [log(100), log(700)] },
      { source: 'late', lane: 'log', events: [log(0), log(100), log(400)] },
    ]);
    await timeline.load({ aroundMs: 0 });
    expect(timeline.items('log').map(({ ms, source }) => `${source} ${ms}`)).toEqual([
      'w 100',
      'late 500',
      'late 600',
      'w 700',
      'late 900',
    ]);
  });

  it('puts all lanes of the app’s own into one list, each line with its lane', async () => {
    const { timeline } = setUp([
      { source: 'w', lane: 'app-prints', events: [{ type: 'app-prints', t: 300, text: 'printed' }] },
      { source: 'w', lane: 'app-orders', events: [{ type: 'app-orders', t: 100, text: 'placed' }] },
      { source: 'late', lane: 'app-orders', events: [{ type: 'app-orders', t: 200, text: 'paid' }] },
      { source: 'w', lane: 'from-the-future', events: [] },
    ]);
    await timeline.load({ aroundMs: 0 });
    expect(timeline.items('own').map(({ ms, event }) => `${event.type} ${ms} ${event.text}`)).toEqual([
      'app-orders 100 placed',
      'app-prints 300 printed',
      'app-orders 700 paid',
    ]);
    expect(timeline.progress('own')).toMatchObject({ segments: 3, loaded: 3 });
  });

  it('reads what went wrong first, and around the moment before the rest', async () => {
    const error: LaneEvent = { type: 'error', t: 1, kind: 'uncaught', name: 'Error', message: 'x' };
    const { timeline, read } = setUp([
      { source: 'w', lane: 'log', events: [log(0)] },
      { source: 'w', lane: 'log', events: [log(200_000)] },
      { source: 'w', lane: 'log', events: [log(400_000)] },
      { source: 'w', lane: 'error', events: [error] },
    ]);
    await timeline.load({ aroundMs: 400_000 });
    expect(read).toEqual([3, 2, 0, 1]);
    expect(timeline.items('log').map(({ ms }) => ms)).toEqual([0, 200_000, 400_000]);
  });

  it('gives a line the same key whatever the order in which segments are read', async () => {
    const segments = [0, 100_000, 200_000].map((t) => ({ source: 'w', lane: 'log', events: [log(t), log(t + 1)] }));
    const keys = async (aroundMs: number): Promise<number[]> => {
      const { timeline } = setUp(segments);
      await timeline.load({ aroundMs });
      return timeline.items('log').map(({ key }) => key);
    };
    expect(await keys(200_000)).toEqual(await keys(0));
    expect(new Set(await keys(0)).size).toBe(6);
  });

  it('loses one segment that cannot be read, says so, and counts bad lines', async () => {
    const { timeline } = setUp([
      { source: 'w', lane: 'log', events: [log(0)] },
      { source: 'w', lane: 'log', events: [log(1)], fails: true },
      { source: 'w', lane: 'log', events: [log(2)] },
    ]);
    await timeline.load({ aroundMs: 0 });
    expect(timeline.items('log').map(({ ms }) => ms)).toEqual([0, 2]);
    expect(timeline.progress('log')).toEqual({ segments: 3, loaded: 2, badLines: 2, failed: 1 });
    expect(timeline.problems.map(({ code, segment }) => [code, segment.ordinal])).toEqual([['wrong-hash', 1]]);
  });

  it('stops when it is told to, and goes on where it stopped', async () => {
    const { timeline, read } = setUp([
      { source: 'w', lane: 'log', events: [log(0)] },
      { source: 'w', lane: 'log', events: [log(1)] },
    ]);
    const stop = new AbortController();
    timeline.onChange(() => {
      stop.abort();
    });
    await expect(timeline.load({ aroundMs: 0, signal: stop.signal, lanes: ['log'] })).rejects.toThrow();
    await timeline.load({ aroundMs: 0, lanes: ['log'] });
    expect(read).toEqual([0, 1]);
    expect(timeline.items('log')).toHaveLength(2);
  });

  // About 2 s; a merge that moves every line for every segment needs ten times as long, and does not end in time.
  it('takes half a million lines in bounded time', { timeout: 20_000 }, async () => {
    const segments = Array.from({ length: 1_000 }, (_, segment) => ({
      source: segment % 2 === 0 ? 'w' : 'late',
      lane: 'log',
      events: Array.from({ length: 500 }, (__, line) => log(segment * 100 + line)),
    }));
    const { timeline } = setUp(segments);
    await timeline.load({ aroundMs: 50_000 });
    expect(timeline.items('log')).toHaveLength(500_000);
    const times = timeline.items('log').map(({ ms }) => ms);
    expect(times.every((ms, index) => index === 0 || ms >= (times[index - 1] ?? 0))).toBe(true);
  });
});

describe('network', () => {
  const event = (phase: NetworkEvent['phase'], more: Partial<NetworkEvent> = {}): NetworkEvent => ({
    type: 'network',
    t: 0,
    id: 'n1',
    kind: phase === 'open' || phase === 'close' ? 'websocket' : 'fetch',
    phase,
    url: 'https://api.example/orders',
    ...more,
  });
  const placed = (key: number, ms: number, one: NetworkEvent): PlacedNetworkEvent => ({
    key,
    ms,
    source: 'w',
    event: one,
  });
  const result = (batches: PlacedNetworkEvent[][]) => {
    const log = new NetworkLog();
    let items: ReturnType<NetworkLog['add']>['added'] = [];
    for (const batch of batches) {
      const { added, replaced } = log.add(batch);
      items = [...items.filter((item) => !replaced.has(item)), ...added];
    }
    return items;
  };

  it('makes one item of a pending request and its answer, in whatever order and batches they are read', () => {
    const events = [
      placed(1, 100, event('pending', { method: 'POST' })),
      placed(2, 100, event('request', { status: 500, outcome: 'ok', durationMs: 250 })),
    ];
    const splits = [
      [events],
      [[...events].reverse()],
      events.map((one) => [one]),
      [...events].reverse().map((one) => [one]),
    ];
    for (const batches of splits) {
      expect(result(batches)).toMatchObject([
        { key: 1, ms: 100, endMs: 350, state: 'ok', isFailure: true, event: { method: 'POST', status: 500 } },
      ]);
    }
  });

  it('pairs the opening and the close of a socket', () => {
    const open = placed(1, 100, event('open'));
    expect(result([[open]])).toMatchObject([{ state: 'open', isFailure: false }]);
    expect(result([[open]])[0]).not.toHaveProperty('endMs');
    const close = placed(9, 5_000, event('close', { messagesReceived: 7, outcome: 'ok' }));
    for (const batches of [
      [[open], [close]],
      [[close], [open]],
    ]) {
      expect(result(batches)).toMatchObject([{ ms: 100, endMs: 5_000, state: 'ok', event: { messagesReceived: 7 } }]);
    }
  });

  it('keeps the same id of another source apart, and an abort is no failure', () => {
    const other = { ...placed(2, 5, event('request', { outcome: 'aborted' })), source: 'late' };
    const items = result([[placed(1, 0, event('request', { outcome: 'failed' })), other]]);
    expect(items.map(({ state, isFailure }) => [state, isFailure])).toEqual([
      ['failed', true],
      ['aborted', false],
    ]);
  });

  it('ends with the same items for any order of any events', () => {
    const phase = fc.constantFrom<NetworkEvent['phase']>('pending', 'request', 'open', 'close');
    const some = fc.array(fc.tuple(phase, fc.integer({ min: 0, max: 3 }), fc.nat(100)), { maxLength: 12 });
    fc.assert(
      fc.property(some, fc.func(fc.integer()), (raw, shuffle) => {
        // One event of each phase per id: a recorder says nothing twice.
        const unique = [...new Map(raw.map((one) => [`${one[0]} ${one[1]}`, one])).values()];
        const events = unique.map(([one, id, ms], key) => placed(key, ms, event(one, { id: `n${id}`, t: ms })));
        const shuffled = [...events].sort((a, b) => shuffle(a.key) - shuffle(b.key));
        const view = (items: ReturnType<typeof result>) =>
          items.map(({ event: { id }, ms, key }) => ({ id, ms, key })).sort((a, b) => a.key - b.key);
        expect(view(result([shuffled]))).toEqual(view(result(events.map((one) => [one]))));
      }),
    );
  });
});

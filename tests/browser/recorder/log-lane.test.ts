import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logLane, LogWriter } from '../../../src/recorder/lanes/log.js';
import { LaneDouble, wait } from './lane-double.js';

const printed: unknown[][] = [];
let lane: LaneDouble;

beforeEach(() => {
  printed.length = 0;
  for (const level of ['debug', 'log', 'info', 'warn', 'error', 'assert', 'table', 'dir', 'trace', 'group'] as const) {
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => {
      printed.push([level, ...args]);
    });
  }
  lane = new LaneDouble().start(logLane);
});

afterEach(() => {
  lane.stop();
  vi.restoreAllMocks();
});

describe('the log lane', () => {
  it('keeps every level and prints what was said', () => {
    console.debug('a');
    console.info('b', 2);
    console.log('c');
    console.warn('d');
    console.error('e');
    expect(lane.of('log').map(({ level, message }) => [level, message])).toEqual([
      ['debug', 'a'],
      ['info', 'b 2'],
      ['log', 'c'],
      ['warn', 'd'],
      ['error', 'e'],
    ]);
    expect(printed).toEqual([
      ['debug', 'a'],
      ['info', 'b', 2],
      ['log', 'c'],
      ['warn', 'd'],
      ['error', 'e'],
    ]);
    expect(lane.urgent).toHaveLength(1);
  });

  it('says where in the page’s code it was said, without our own frames', () => {
    console.warn('here');
    const [event] = lane.of('log');
    expect(event?.location?.url).toContain('log-lane.test.ts');
    expect(event?.stack).toContain('log-lane.test.ts');
    expect(event?.stack?.split('\n')[0]).toContain('log-lane.test.ts');
    console.log('no stack');
    expect(lane.of('log')[1]?.stack).toBeUndefined();
  });

  it('knows assert, table, dir, trace and groups', () => {
    console.assert(true, 'fine');
    console.assert(false, 'broken %s', 'leg');
    console.table([{ a: 1 }]);
    console.dir({ b: 2 });
    console.trace('way');
    console.group('part');
    console.groupEnd();
    expect(lane.of('log').map(({ level, message }) => [level, message])).toEqual([
      ['error', 'Assertion failed: broken %s leg'],
      ['log', '[{"a":1}]'],
      ['log', '{"b":2}'],
      ['log', 'way'],
      ['log', 'part'],
    ]);
    expect(printed.map(([level]) => level)).toEqual(['assert', 'assert', 'table', 'dir', 'trace', 'group']);
  });

  it('collapses the same words in a row into a count', () => {
    for (let time = 0; time < 5; time++) console.log('again', { n: 1 });
    console.log('again', { n: 2 });
    console.log('again', { n: 2 });
    expect(lane.of('log').map(({ message, count }) => [message, count])).toEqual([
      ['again {"n":1}', 5],
      ['again {"n":2}', undefined],
      ['again {"n":2}', undefined],
    ]);
    expect(lane.of('log')[0]?.lastT).toBeGreaterThanOrEqual(lane.of('log')[0]?.t ?? Infinity);
  });

  it('begins a new count when what was said has gone to the ring', () => {
    const say = (): void => {
      console.log('again');
    };
    for (let time = 0; time < 3; time++) say();
    lane.round++;
    for (let time = 0; time < 2; time++) say();
    expect(lane.of('log').map(({ count }) => count)).toEqual([3, 2]);
  });

  it('is not caught by values that log, throw or never end', () => {
    const nasty = new Proxy(
      {},
      {
        ownKeys: () => {
          console.log('from a trap');
          throw new Error('no keys');
        },
      },
    );
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    expect(() => {
      console.log(
        'nasty',
        nasty,
        cyclic,
        document.body,
        document.createElement('my-el'),
        window,
        new Event('x'),
        document,
      );
    }).not.toThrow();
    expect(lane.of('log')).toHaveLength(1);
    expect(lane.of('log')[0]?.args).toEqual([
      'nasty',
      '[unreadable]',
      { self: '[circular]' },
      expect.stringMatching(/^<body/) as unknown,
      '<my-el>',
      'Window',
      'Event "x"',
      '#document',
    ]);
    expect(lane.faults).toEqual([]);
  });

  it('keeps the identity that a page may look at', () => {
    expect(Object.keys(Reflect.getOwnPropertyDescriptor(console, 'log') ?? {})).toContain('value');
    expect(Function.prototype.toString.call(console.log)).toContain('[native code]');
    const seen = console.log;
    lane.stop();
    expect(console.log).not.toBe(seen);
    seen('after the end');
    expect(lane.of('log')).toEqual([]);
    expect(printed).toEqual([['log', 'after the end']]);
  });

  it('survives a console that cannot be changed', () => {
    lane.stop();
    const real = console.warn;
    Object.defineProperty(console, 'warn', { value: real, writable: false, configurable: true });
    const frozen = Object.getOwnPropertyDescriptor(console, 'warn');
    expect(frozen?.writable).toBe(false);
    const other = new LaneDouble().start(logLane);
    expect(() => {
      console.warn('still prints');
    }).not.toThrow();
    other.stop();
    expect(printed).toEqual([['warn', 'still prints']]);
  });

  it('counts what is more than anybody reads', async () => {
    for (let index = 0; index < 2000; index++) console.log(`line ${index}`);
    expect(lane.of('log').length).toBeLessThanOrEqual(1000);
    await wait(1050);
    console.log('next second');
    const dropped = lane.of('recorder').find(({ kind }) => kind === 'dropped');
    expect(dropped?.count).toBeGreaterThan(900);
  });

  it('says nothing while paused', () => {
    lane.paused = true;
    console.log('private');
    expect(lane.events).toEqual([]);
    expect(printed).toHaveLength(1);
  });

  it('writes the app’s own logger under its name', () => {
    let writer: LogWriter | undefined;
    new LaneDouble().start((context) => {
      writer = new LogWriter(context);
      return () => undefined;
    });
    expect(() => writer?.write({ level: 'info', logger: 'store' }, ['saved %d', 3], () => ({}))).not.toThrow();
  });
});

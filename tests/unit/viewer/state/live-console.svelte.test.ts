import { describe, expect, it } from 'vitest';
import type { ConsoleLine } from '../../../../src/shared/protocol/live-console.js';
import type { LogLevel } from '../../../../src/shared/session/lane.js';
import { LiveConsole, MAX_LENGTH, MAX_LINES } from '../../../../src/viewer/state/live-console.svelte.js';

let at = 0;
function log(message: string, level: LogLevel = 'info', source = 'window-1'): ConsoleLine {
  at += 1;
  return { source, at, event: { type: 'log', t: at, level, logger: 'console', message } };
}
function request(status: number): ConsoleLine {
  at += 1;
  const event = { type: 'network', t: at, id: String(at), kind: 'fetch', phase: 'request', url: '/a', status } as const;
  return { source: 'window-1', at, event };
}
function failure(message: string): ConsoleLine {
  at += 1;
  return { source: 'window-1', at, event: { type: 'error', t: at, kind: 'uncaught', name: 'TypeError', message } };
}
function open(...lines: ConsoleLine[]): LiveConsole {
  const console = new LiveConsole();
  if (lines.length > 0) console.receive({ kind: 'lines', lines });
  return console;
}
function texts(console: LiveConsole): string[] {
  return console.items.map(({ event }) => (event.type === 'network' ? String(event.status) : event.message));
}

describe('the live console', () => {
  it('lists what comes in its order, and says when the past is complete', () => {
    const console = open(log('one'));
    console.receive({ kind: 'lines', lines: [request(200), failure('three')] });
    expect(texts(console)).toEqual(['one', '200', 'three']);
    expect(console.isCaughtUp).toBe(false);
    console.receive({ kind: 'caught-up', fromMs: 0 });
    console.receive({ kind: 'dropped', lines: 7 });
    expect([console.isCaughtUp, console.dropped]).toEqual([true, 7]);
  });

  it('lists what several sources say by its time, also where it comes late and somebody looks', () => {
    const [one, two, three, four] = [
      log('one'),
      log('two', 'info', 'host-1'),
      log('three'),
      log('four', 'info', 'host-1'),
    ];
    const console = open(one, three);
    expect(texts(console)).toEqual(['one', 'three']);
    console.receive({ kind: 'lines', lines: [four, two] });
    expect(texts(console)).toEqual(['one', 'two', 'three', 'four']);
    console.setSource('host-1');
    expect(texts(console)).toEqual(['two', 'four']);
  });

  it('counts what came since it was stopped, wherever it belongs', () => {
    const [early, one] = [log('early', 'info', 'host-1'), log('one')];
    const console = open(one);
    console.stop();
    console.receive({ kind: 'lines', lines: [early, log('two')] });
    expect(texts(console)).toEqual(['one']);
    expect(console.behind).toBe(2);
    console.goOn();
    expect(texts(console)).toEqual(['early', 'one', 'two']);
  });

  it('filters by lane, source and words, also what comes later', () => {
    const console = open(log('sync begins'), log('sync ends', 'info', 'main'), request(200));
    console.setLane('log');
    expect(texts(console)).toEqual(['sync begins', 'sync ends']);
    console.setSource('main');
    expect(texts(console)).toEqual(['sync ends']);
    console.receive({ kind: 'lines', lines: [log('later', 'info', 'main'), log('elsewhere')] });
    expect(texts(console)).toEqual(['sync ends', 'later']);
    console.setText('SYNC');
    expect(texts(console)).toEqual(['sync ends']);
    console.clearFilters();
    expect(console.count).toBe(5);
    expect(console.sources).toEqual(['window-1', 'main']);
  });

  it('takes a failed request and an error for what they are, when a level is asked for', () => {
    const console = open(log('fine'), log('bad', 'error'), request(200), request(503), failure('thrown'));
    console.setLevels(new Set(['error']));
    expect(texts(console)).toEqual(['bad', '503', 'thrown']);
  });

  it('stands still while it is paused, and has missed nothing after', () => {
    const console = open(log('one'));
    console.stop();
    console.receive({ kind: 'lines', lines: [log('two'), log('three')] });
    expect(texts(console)).toEqual(['one']);
    expect(console.behind).toBe(2);
    console.goOn();
    expect(texts(console)).toEqual(['one', 'two', 'three']);
    console.clear();
    expect(console.total).toBe(0);
    console.receive({ kind: 'lines', lines: [log('four')] });
    expect(texts(console)).toEqual(['four']);
  });

  it('lets the oldest go when there are too many, and counts them', () => {
    const console = new LiveConsole();
    for (let batch = 0; batch < MAX_LINES / 200 + 1; batch += 1) {
      console.receive({ kind: 'lines', lines: Array.from({ length: 200 }, () => log('line')) });
    }
    console.receive({ kind: 'lines', lines: [log('the newest')] });
    expect(console.total).toBeLessThanOrEqual(MAX_LINES);
    expect(console.total + console.forgotten).toBe(MAX_LINES + 201);
    expect(texts(console).at(-1)).toBe('the newest');
    expect(console.count).toBe(console.total);
  });

  it('is bounded by what the lines hold, too', () => {
    const console = new LiveConsole();
    const long = 'x'.repeat(16_000);
    const count = Math.ceil((2 * MAX_LENGTH) / long.length);
    for (let line = 0; line < count; line += 1) console.receive({ kind: 'lines', lines: [log(long)] });
    expect(console.total * long.length).toBeLessThanOrEqual(MAX_LENGTH);
    expect(console.total).toBeGreaterThan(100);
  });

  it('exports what is listed', () => {
    const console = open(log('one'), request(404));
    console.setLane('network');
    const saved = JSON.parse(console.toJson()) as { source: string; event: { status: number } }[];
    expect(saved).toHaveLength(1);
    expect(saved[0]).toMatchObject({ source: 'window-1', event: { type: 'network', status: 404 } });
  });
});

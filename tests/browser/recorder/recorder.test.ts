import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRecorder } from '../../../src/recorder/entry.js';
import { FluxionError } from '../../../src/shared/errors.js';
import type { DomEvent, LaneEvent } from '../../../src/shared/session/lane.js';
import { HostDouble } from './host-double.js';
import { pageFetch, wait } from './lane-double.js';

const host = new HostDouble();
const away = new FluxionError('host-unreachable', 'The host does not answer.');
const text = (lines: readonly { readonly line: DomEvent | LaneEvent }[]): string =>
  JSON.stringify(lines.map(({ line }) => line));

beforeAll(() => {
  for (const level of ['log', 'info', 'warn', 'error'] as const) vi.spyOn(console, level).mockReturnValue(undefined);
  document.body.innerHTML = '<p id="p">page text</p><input value="Gryphon77">';
});

afterAll(() => {
  startRecorder().stop();
  document.body.innerHTML = '';
});

describe('a recorder', () => {
  it('records from the first moment, while no host answers, and never throws', async () => {
    host.failure = away;
    const recorder = startRecorder({ host, logger: 'store' });
    expect(startRecorder()).toBe(recorder);
    expect(recorder.state).toBe('starting');
    console.log('before the host');
    recorder.log('warn', 'cart is %d', 7);
    await host.until('hello');
    await wait(300);
    expect(recorder.state).toBe('starting');
    host.failure = undefined;
    await host.until('status', ({ state }) => state === 'recording');
    expect(recorder.state).toBe('recording');
    const { lines } = await host.recorded();
    expect(text(lines)).toContain('before the host');
    expect(lines.find(({ line }) => line.type === 'log' && line.logger === 'store')?.line).toMatchObject({
      level: 'warn',
      message: 'cart is 7',
    });
    expect(lines.filter(({ lane }) => lane === 'dom').map(({ line }) => line.type)).toEqual([4, 2]);
  });

  it('stamps dom events with the source’s origin and its own clock', async () => {
    const { originMs } = await host.until('hello');
    const { lines } = await host.recorded();
    const dom = lines.filter(({ lane }) => lane === 'dom');
    for (const { line } of dom) {
      const monoMs = (line as DomEvent).timestamp - (originMs as number);
      expect(monoMs).toBeGreaterThan(0);
      expect(monoMs).toBeLessThan(performance.now());
    }
  });

  it('holds the lock that says that its source lives', async () => {
    await host.recorded();
    const { held = [] } = await navigator.locks.query();
    expect(held.map(({ name }) => name)).toContain(`fluxrec-source-${host.sources[0] ?? ''}`);
  });

  it('tells the host an anchor that is right', async () => {
    const { anchor } = (await host.until('anchor')) as {
      anchor: { monoMs: number; sessionMs: number; uncertaintyMs: number };
    };
    expect(Math.abs(anchor.sessionMs - anchor.monoMs - host.sessionAheadMs)).toBeLessThanOrEqual(
      anchor.uncertaintyMs + 1,
    );
  });

  it('keeps an error at once', async () => {
    console.error('last words');
    await wait(60);
    const { text: stored } = await host.recorded();
    expect(stored).toContain('last words');
  });

  it('keeps nothing of what happens while paused', async () => {
    const recorder = startRecorder();
    const states: string[] = [];
    const stop = recorder.onChange(() => states.push(recorder.state));
    recorder.setPaused(true);
    recorder.setPaused(true);
    console.log('private words');
    (document.getElementById('p') as HTMLElement).textContent = 'private picture';
    await wait(700);
    (document.getElementById('p') as HTMLElement).textContent = 'public again';
    await wait(50);
    host.emit('setPaused', { paused: false });
    console.log('public words');
    await wait(700);
    const { text: stored, lines } = await host.recorded();
    expect(['private', 'public words', 'public again'].map((words) => stored.includes(words))).toEqual([
      false,
      true,
      true,
    ]);
    expect(states).toEqual(['paused', 'recording']);
    expect(
      lines
        .filter(({ line }) => line.type === 'recorder')
        .map(({ line }) => (line as LaneEvent & { kind: string }).kind),
    ).toEqual(['started', 'paused', 'resumed']);
    expect(host.callsOf('status').some(({ input }) => input['state'] === 'paused')).toBe(true);
    stop();
  });

  it('wipes what was recorded and what was on its way, and records on', async () => {
    console.log('to be erased');
    const wipe = crypto.randomUUID();
    host.emit('wipe', { wipe });
    await host.until('wiped', (input) => input['wipe'] === wipe && input['error'] === undefined);
    console.log('after the wipe');
    const { text: stored, lines } = await host.recorded();
    const words = ['to be erased', 'public words', 'after the wipe'];
    expect(words.map((word) => stored.includes(word))).toEqual([false, false, true]);
    expect(
      lines
        .filter(({ lane }) => lane === 'dom')
        .slice(0, 2)
        .map(({ line }) => line.type),
    ).toEqual([4, 2]);
  });

  it('says hello again when the host has forgotten it, and begins a new source', async () => {
    const hellos = host.callsOf('hello').length;
    host.failure = new FluxionError('capability-refused', 'Who are you?');
    // Unseen, it tells its status every ten seconds.
    await vi.waitFor(() => {
      expect(host.callsOf('hello').length).toBeGreaterThan(hellos);
    }, 15_000);
    console.log('while the host knows nothing of us');
    host.failure = undefined;
    const answered = host.calls.length;
    await vi.waitFor(() => {
      expect(host.calls.slice(answered).map(({ name }) => name)).toEqual(
        expect.arrayContaining(['hello', 'anchor', 'status']),
      );
    }, 8000);
    expect(startRecorder().state).toBe('recording');
    expect(host.callsOf('hello')[0]?.input['window']).toBeUndefined();
    expect(host.callsOf('hello').at(-1)?.input['window']).toMatch(/^w-/);
    console.log('under a new name, Gryphon77');
    const { lines } = await host.recorded();
    // The new ring knows what the earlier one knew.
    expect(text(lines)).toContain('under a new name, ***');
    // Its earlier source counts as gone, and this window speaks for it.
    expect(text(lines)).toContain('while the host knows nothing of us');
    expect(new Set(host.sources).size).toBe(2);
    expect(
      lines
        .filter(({ lane }) => lane === 'dom')
        .slice(0, 2)
        .map(({ line }) => line.type),
    ).toEqual([4, 2]);
  }, 30_000);

  it('answers a hand-over that cannot be given to the host with an error', async () => {
    const handOver = crypto.randomUUID();
    const call = host.call;
    Object.assign(host, {
      call: (name: string, ...rest: never[]) =>
        name === 'append'
          ? Promise.reject(new FluxionError('disk-full', 'No room.'))
          : (call as (...args: unknown[]) => unknown)(name, ...rest),
    });
    host.emit('handOver', { handOver, startMs: -1e12, endMs: 1e12 });
    const input = await host.until('handedOver', (value) => value['handOver'] === handOver).catch(() => ({}));
    Object.assign(host, { call });
    expect(input).toMatchObject({ dead: [], error: { code: 'disk-full', message: 'No room.' } });
  });

  it('survives a page that throws wherever it can', async () => {
    const recorder = startRecorder();
    const stop = recorder.onChange(() => {
      throw new Error('a listener of the page');
    });
    const proto = Element.prototype as unknown as Record<string, unknown>;
    const closest = proto['closest'];
    const matches = proto['matches'];
    const errors: unknown[] = [];
    const onError = (event: ErrorEvent): void => {
      errors.push((event.error as Error).stack);
      event.stopImmediatePropagation();
    };
    window.addEventListener('error', onError, { capture: true });
    proto['closest'] = proto['matches'] = () => {
      throw new Error('no closest here');
    };
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap');
        },
      },
    );
    expect(() => {
      console.log(trap, Object.create(null), { toString: null });
      recorder.setPaused(true);
      recorder.setPaused(false);
      recorder.log('info', 'x', trap);
      (document.getElementById('p') as HTMLElement).innerHTML = '<input value="x">';
    }).not.toThrow();
    await wait(100);
    proto['closest'] = closest;
    proto['matches'] = matches;
    window.removeEventListener('error', onError, { capture: true });
    stop();
    expect(errors).toEqual([]);
    await wait(600);
    const { lines } = await host.recorded();
    expect(text(lines)).toContain('The recorder met an error of its own');
  });

  it('stops for good, gives the page its functions back, and can begin again', async () => {
    const recorder = startRecorder();
    const seen = pageFetch();
    recorder.stop();
    expect(recorder.state).toBe('stopped');
    expect(pageFetch()).not.toBe(seen);
    recorder.log('info', 'nobody hears this');
    recorder.setPaused(true);
    expect(recorder.state).toBe('stopped');
    const other = new HostDouble();
    const again = startRecorder({ host: other });
    expect(again).not.toBe(recorder);
    await other.until('status', ({ state }) => state === 'recording');
    const { lines } = await other.recorded();
    expect(lines.filter(({ lane }) => lane === 'dom').length).toBeGreaterThanOrEqual(2);
  });
});

import { describe, expect, it } from 'vitest';
import { SourceClock } from '../../../src/recorder/clock.js';
import { toSessionMs, type Anchor } from '../../../src/shared/session/clock.js';

/** Two machines' clocks under the test's control. */
function world(options: { readonly aheadMs?: number } = {}) {
  const state = {
    mono: 1000,
    wall: 1_700_000_000_000,
    aheadMs: options.aheadMs ?? 50_000,
    trips: [[1, 1]] as number[][],
  };
  const anchors: Anchor[] = [];
  const steps: number[] = [];
  let asked = 0;
  const pass = (ms: number): void => {
    state.mono += ms;
    state.wall += ms;
  };
  const clock = new SourceClock({
    now: () => state.mono,
    wallNow: () => state.wall,
    ask: () => {
      const [there = 1, back = 1] = state.trips[asked++ % state.trips.length] ?? [];
      pass(there);
      const sessionMs = state.mono + state.aheadMs;
      pass(back);
      return Promise.resolve(sessionMs);
    },
    onAnchor: (anchor) => anchors.push(anchor),
    onStep: (step) => steps.push(step),
  });
  return { state, anchors, steps, clock, pass };
}

describe('SourceClock', () => {
  it('takes the quickest of several round trips', async () => {
    const { clock, anchors, state } = world();
    state.trips = [
      [100, 300],
      [2, 4],
      [80, 20],
      [50, 50],
      [9, 9],
    ];
    await clock.measure();
    expect(anchors).toHaveLength(1);
    expect(anchors[0]?.uncertaintyMs).toBe(3);
    const error = toSessionMs({ anchors }, state.mono) - (state.mono + state.aheadMs);
    expect(Math.abs(error)).toBeLessThanOrEqual(3);
  });

  it('leaves the anchor alone while readings agree with it', async () => {
    const { clock, anchors, pass } = world();
    await clock.measure();
    for (let time = 0; time < 5; time++) {
      pass(60_000);
      await clock.measure();
    }
    expect(anchors).toHaveLength(1);
  });

  it('takes a new anchor after this clock stood still in sleep', async () => {
    const { clock, anchors, state } = world();
    await clock.measure();
    state.aheadMs += 30_000;
    await clock.measure();
    expect(anchors).toHaveLength(2);
    expect(anchors[1]?.monoMs).toBeGreaterThan(anchors[0]?.monoMs ?? Infinity);
  });

  it('takes a sharper reading after a poor first one', async () => {
    const { clock, anchors, state } = world();
    clock.begin(clock.anchorOf(state.mono, state.mono + 400, 51_200));
    await clock.measure();
    expect(anchors).toHaveLength(2);
    expect(anchors[1]?.uncertaintyMs).toBe(1);
  });

  it('tells a step of the wall clock once, and no slewing', () => {
    const { clock, steps, state, pass } = world();
    for (let time = 0; time < 100; time++) {
      pass(1000);
      state.wall += 1;
      expect(clock.checkStep()).toBe(false);
    }
    state.wall -= 3_600_000;
    expect(clock.checkStep()).toBe(true);
    expect(clock.checkStep()).toBe(false);
    expect(steps).toEqual([-3_600_000]);
  });

  it('rejects when the host does not answer, and works again later', async () => {
    const { anchors } = world();
    let isAway = true;
    const clock = new SourceClock({
      now: () => 1,
      wallNow: () => 1,
      ask: () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(5)),
      onAnchor: (anchor) => anchors.push(anchor),
      onStep: () => undefined,
    });
    await expect(clock.measure()).rejects.toThrow('away');
    isAway = false;
    await clock.measure();
    expect(anchors).toHaveLength(1);
  });
});

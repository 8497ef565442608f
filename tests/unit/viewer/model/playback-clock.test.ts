import { describe, expect, it } from 'vitest';
import {
  MAX_TICK_MS,
  PlaybackClock,
  SKIP_LEAD_MS,
  type ClockChange,
} from '../../../../src/viewer/model/playback-clock.js';

function setUp(startMs = 0, endMs = 60_000) {
  const time = { now: 5_000 };
  const clock = new PlaybackClock({ startMs, endMs, now: () => time.now });
  const changes: ClockChange[] = [];
  clock.onChange((change) => changes.push(change));
  const pass = (ms: number): number => {
    time.now += ms;
    return clock.tick();
  };
  return { clock, changes, pass };
}

describe('playback clock', () => {
  it('moves only while it plays, by real time and speed', () => {
    const { clock, pass } = setUp();
    expect(pass(500)).toBe(0);
    clock.play();
    expect(pass(500)).toBe(500);
    clock.setSpeed(4);
    expect(pass(500)).toBe(2_500);
    clock.pause();
    expect(pass(500)).toBe(2_500);
  });

  it('counts the time before a change of speed at the old speed', () => {
    const { clock, pass } = setUp();
    clock.play();
    pass(100);
    clock.setSpeed(8);
    expect(pass(100)).toBe(900);
  });

  it('does not play what nobody saw: a tab that was in the background', () => {
    const { clock, pass } = setUp();
    clock.play();
    expect(pass(30_000)).toBe(MAX_TICK_MS);
  });

  it('never goes back when the injected time does', () => {
    const { clock, pass } = setUp();
    clock.play();
    pass(800);
    expect(pass(-300)).toBe(800);
  });

  it('waits while the replay is not there, and plays on from the same moment', () => {
    const { clock, pass } = setUp();
    clock.play();
    pass(300);
    clock.setWaiting(true);
    expect(pass(900)).toBe(300);
    expect(clock.playing).toBe(true);
    expect(clock.running).toBe(false);
    clock.setWaiting(false);
    expect(pass(200)).toBe(500);
  });

  it('stops at the end, and plays from the start again', () => {
    const { clock, pass, changes } = setUp(1_000, 2_000);
    clock.seek(1_900);
    clock.play();
    expect(pass(500)).toBe(2_000);
    expect(clock.playing).toBe(false);
    changes.length = 0;
    clock.play();
    expect(clock.ms).toBe(1_000);
    expect(changes).toEqual(['seek', 'state']);
  });

  it('keeps seeks within the report and ignores what is no number', () => {
    const { clock } = setUp(1_000, 2_000);
    clock.seek(-5);
    expect(clock.ms).toBe(1_000);
    clock.seek(Infinity);
    expect(clock.ms).toBe(2_000);
    clock.seek(Number.NaN);
    expect(clock.ms).toBe(2_000);
  });

  it('jumps over an inactive stretch to shortly before the next thing happens', () => {
    const { clock, pass, changes } = setUp();
    clock.setInactive([{ startMs: 1_000, endMs: 40_000 }]);
    clock.setSkipInactive(true);
    clock.play();
    pass(900);
    changes.length = 0;
    expect(pass(200)).toBe(40_000 - SKIP_LEAD_MS);
    expect(changes).toEqual(['seek']);
    expect(pass(500)).toBe(40_000 - SKIP_LEAD_MS + 500);
  });

  it('skips to the very end when nothing comes any more', () => {
    const { clock, pass } = setUp();
    clock.setInactive([{ startMs: 1_000, endMs: 60_000 }]);
    clock.setSkipInactive(true);
    clock.play();
    pass(900);
    expect(pass(200)).toBe(60_000);
    expect(clock.playing).toBe(false);
  });

  it('does not skip while it is told not to', () => {
    const { clock, pass } = setUp();
    clock.setInactive([{ startMs: 0, endMs: 40_000 }]);
    clock.play();
    expect(pass(200)).toBe(200);
  });

  it('steps through the speeds and stays at the ends', () => {
    const { clock } = setUp();
    clock.changeSpeed(-1);
    clock.changeSpeed(-1);
    expect(clock.speed).toBe(0.5);
    for (let step = 0; step < 9; step += 1) clock.changeSpeed(1);
    expect(clock.speed).toBe(8);
  });

  it('comes back into a range that became shorter', () => {
    const { clock } = setUp();
    clock.seek(50_000);
    clock.setRange(0, 10_000);
    expect(clock.ms).toBe(10_000);
  });
});

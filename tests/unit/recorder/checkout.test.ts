import { describe, expect, it } from 'vitest';
import { CheckoutClock } from '../../../src/recorder/lanes/checkout.js';
import { StormGauge } from '../../../src/recorder/lanes/storm.js';

const TEN_MINUTES = 600_000;
const MB = 1024 * 1024;

function clockAfter(bytes: number, costMs = 1): CheckoutClock {
  const clock = new CheckoutClock(0);
  clock.taken(0, costMs);
  clock.note(bytes);
  return clock;
}

describe('CheckoutClock', () => {
  it('is due after time and bytes', () => {
    expect(clockAfter(MB).isDue(29_000, TEN_MINUTES)).toBe(false);
    expect(clockAfter(MB).isDue(30_000, TEN_MINUTES)).toBe(true);
    expect(clockAfter(1000).isDue(30_000, TEN_MINUTES)).toBe(false);
  });

  it('is due at last even after few bytes, and never without a change', () => {
    expect(clockAfter(1).isDue(119_000, TEN_MINUTES)).toBe(false);
    expect(clockAfter(1).isDue(120_000, TEN_MINUTES)).toBe(true);
    expect(clockAfter(0).isDue(1e9, TEN_MINUTES)).toBe(false);
  });

  it('comes later where snapshots are dear, but not so late that a chain fills the ring', () => {
    expect(clockAfter(MB, 100).isDue(90_000, TEN_MINUTES)).toBe(false);
    expect(clockAfter(MB, 100).isDue(100_000, TEN_MINUTES)).toBe(true);
    expect(clockAfter(MB, 5000).isDue(149_000, TEN_MINUTES)).toBe(false);
    expect(clockAfter(MB, 5000).isDue(150_000, TEN_MINUTES)).toBe(true);
  });

  it('comes within half a short ring', () => {
    expect(clockAfter(1).isDue(31_000, 60_000)).toBe(true);
  });

  it('forgets one slow snapshot again', () => {
    const clock = clockAfter(MB, 2000);
    for (let time = 0; time < 10; time++) clock.taken(0, 1);
    clock.note(MB);
    expect(clock.isDue(31_000, TEN_MINUTES)).toBe(true);
  });
});

describe('StormGauge', () => {
  it('lets a busy page be, for ever', () => {
    const gauge = new StormGauge(0);
    for (let ms = 0; ms < 3_600_000; ms += 100) expect(gauge.spend(ms, 50_000)).toBe(true);
  });

  it('lets a page be built at once', () => {
    expect(new StormGauge(0).spend(0, 8 * MB)).toBe(true);
  });

  it('notices a storm, and rests longer each time', () => {
    const gauge = new StormGauge(0);
    let storms = 0;
    const rests: number[] = [];
    for (let ms = 0; ms < 60_000; ms += 100) {
      if (gauge.spend(ms, MB)) continue;
      storms++;
      rests.push(gauge.rest());
    }
    expect(storms).toBeGreaterThan(3);
    expect(rests).toEqual([...rests].sort((a, b) => a - b));
    expect(Math.max(...rests)).toBeLessThanOrEqual(300_000);
  });
});

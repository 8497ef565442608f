import { describe, expect, it } from 'vitest';
import { CheckoutRequests } from '../../../../src/recorder/ring/checkout-requests.js';
import { keepAnchor, Placing, wallMsAt } from '../../../../src/recorder/ring/source-clock.js';
import type { Anchor } from '../../../../src/shared/session/clock.js';
import type { Segment } from '../../../../src/shared/session/segment.js';

const anchor = (monoMs: number, sessionMs = monoMs, wallMs = monoMs): Anchor => ({
  monoMs,
  sessionMs,
  wallMs,
  uncertaintyMs: 1,
});

describe('anchors', () => {
  it('are kept in order, one for each moment', () => {
    const kept = [anchor(5), anchor(1), anchor(5, 9)].reduce<Anchor[]>(keepAnchor, []);
    expect(kept.map(({ monoMs, sessionMs }) => [monoMs, sessionMs])).toEqual([
      [1, 1],
      [5, 9],
    ]);
  });

  it('are thinned, the old before the new, the first and the last never', () => {
    let kept: Anchor[] = [];
    for (let at = 0; at < 5000; at++) kept = keepAnchor(kept, anchor(at));
    expect(kept.length).toBeLessThanOrEqual(1001);
    expect(kept[0]?.monoMs).toBe(0);
    expect(kept.slice(-100).map(({ monoMs }) => monoMs)).toEqual(
      Array.from({ length: 100 }, (_, index) => 4900 + index),
    );
  });

  it('give the wall clock at the time, even when it was set meanwhile', () => {
    const clock = { originMs: 1000, anchors: [anchor(10, 0, 2010), anchor(100, 0, 9100)] };
    expect([5, 50, 150].map((monoMs) => wallMsAt(clock, monoMs))).toEqual([2005, 2050, 9150]);
    expect(wallMsAt({ originMs: 1000, anchors: [] }, 7)).toBe(1007);
  });
});

describe('placing', () => {
  const now = { sessionMs: 100_000, wallMs: 1_000_000 };
  const segment = (session: string, source: string, startWallMs: number): Segment => ({
    session,
    source,
    lane: 'log',
    chain: 0,
    sequence: 0,
    startMonoMs: 10,
    endMonoMs: 20,
    startWallMs,
    endWallMs: startWallMs + 10,
    events: 1,
    bytes: 1,
    storedBytes: 1,
    crc32: 0,
    sha256: '',
    storedSha256: '',
  });
  const placing = new Placing(
    'now',
    [
      { source: 'a', anchors: [anchor(0, 5000)] },
      { source: 'b', anchors: [] },
    ],
    now,
  );

  it('goes by the anchors within the session', () => {
    expect(placing.place(segment('now', 'a', 0))).toMatchObject({ startMs: 5010, endMs: 5020 });
  });

  it('goes by the wall clock without anchors and in other sessions', () => {
    expect(placing.place(segment('now', 'b', 990_000))).toMatchObject({ startMs: 90_000, endMs: 90_010 });
    expect(placing.place(segment('before', 'a', 990_000))).toMatchObject({ startMs: 90_000 });
  });

  it('takes a row from the future for an old one, so that it goes some day', () => {
    expect(placing.place(segment('before', 'x', 1_050_000)).startMs).toBe(50_000);
  });
});

describe('requests for a full snapshot', () => {
  it('are made at once, then ever more rarely until one is met', () => {
    let now = 0;
    const asked: number[] = [];
    const requests = new CheckoutRequests(
      () => asked.push(now),
      () => now,
    );
    for (now = 0; now < 40_000; now += 500) requests.forGap();
    expect(asked).toEqual([0, 5000, 15_000, 35_000]);
    requests.met();
    requests.forGap();
    expect(asked.at(-1)).toBe(40_000);
  });

  it('for size come no more often than checkouts do', () => {
    let now = 0;
    const asked: number[] = [];
    const requests = new CheckoutRequests(
      () => asked.push(now),
      () => now,
    );
    for (now = 0; now < 70_000; now += 1000) requests.forSize();
    expect(asked).toEqual([0, 30_000, 60_000]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { between, inactiveStretches, mergeStretches } from '../../../../src/viewer/model/activity.js';
import { indexAfter, indexAt, neighbour } from '../../../../src/viewer/model/at-moment.js';
import { density, segmentDensity } from '../../../../src/viewer/model/density.js';
import { byMoment, mergeSorted } from '../../../../src/viewer/model/merge.js';
import { nearestFirst } from '../../../../src/viewer/model/order-of-work.js';

const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
const moments = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 1_000 }), key: fc.nat() }));

describe('mergeSorted', () => {
  it('gives the same as sorting everything, whatever the batches', () => {
    fc.assert(
      fc.property(fc.array(moments), (batches) => {
        const all = batches.flat().map((item, index) => ({ ...item, key: index }));
        const items: typeof all = [];
        let from = 0;
        for (const batch of batches) {
          mergeSorted(items, all.slice(from, from + batch.length));
          from += batch.length;
        }
        expect(items).toEqual([...all].sort(byMoment));
      }),
    );
  });
});

describe('density', () => {
  it('counts each item in the range once', () => {
    fc.assert(
      fc.property(
        moments,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(1_000),
        fc.nat(500),
        (items, buckets, startMs, length) => {
          const range = { startMs, endMs: startMs + length };
          const inside = items.filter(({ ms }) => ms >= range.startMs && ms <= range.endMs).length;
          expect(sum(density(items, range, buckets))).toBe(inside);
        },
      ),
    );
  });

  it('spreads the events of segments without losing any', () => {
    const segment = fc
      .tuple(fc.integer({ min: 0, max: 900 }), fc.nat(100), fc.nat(1_000))
      .map(([startMs, length, events]) => ({ startMs, endMs: startMs + length, events }));
    fc.assert(
      fc.property(fc.array(segment), fc.integer({ min: 1, max: 40 }), (segments, buckets) => {
        const total = sum(segments.map(({ events }) => events));
        expect(sum(segmentDensity(segments, { startMs: 0, endMs: 1_000 }, buckets))).toBeCloseTo(total, 5);
      }),
    );
  });

  it('takes a range of no length', () => {
    expect(sum(density([{ ms: 5 }], { startMs: 5, endMs: 5 }, 10))).toBe(1);
    expect(sum(segmentDensity([{ startMs: 5, endMs: 5, events: 3 }], { startMs: 5, endMs: 5 }, 10))).toBe(3);
  });
});

describe('at a moment', () => {
  it('finds what a walk through all items finds', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: -5, max: 1_005 }), (unsorted, ms) => {
        const items = [...unsorted].sort(byMoment);
        expect(indexAt(items, ms)).toBe(items.findLastIndex((item) => item.ms <= ms));
        expect(indexAfter(items, ms)).toBe(indexAt(items, ms) + 1);
        expect(neighbour(items, ms, 1)?.ms).toBe(items.find((item) => item.ms > ms)?.ms);
        expect(neighbour(items, ms, -1)?.ms).toBe(items.findLast((item) => item.ms < ms)?.ms);
      }),
    );
  });
});

describe('stretches', () => {
  const stretch = fc
    .tuple(fc.integer({ min: 0, max: 1_000 }), fc.nat(200))
    .map(([startMs, length]) => ({ startMs, endMs: startMs + length }));

  it('and what lies between them cover the range, once', () => {
    fc.assert(
      fc.property(fc.array(stretch), (stretches) => {
        const range = { startMs: 0, endMs: 1_200 };
        const merged = mergeStretches(stretches);
        const covered = sum([...merged, ...between(stretches, range)].map(({ startMs, endMs }) => endMs - startMs));
        expect(covered).toBe(1_200);
        for (const [index, one] of merged.entries()) {
          expect(one.startMs).toBeGreaterThan(merged[index - 1]?.endMs ?? -1);
        }
      }),
    );
  });

  it('are inactive only when they are long', () => {
    const range = { startMs: 0, endMs: 60_000 };
    expect(inactiveStretches([1_000, 9_000, { startMs: 30_000, endMs: 55_000 }], range)).toEqual([
      { startMs: 9_000, endMs: 30_000 },
    ]);
    expect(inactiveStretches([], range)).toEqual([range]);
  });
});

describe('nearestFirst', () => {
  it('brings the surroundings of the moment to the front and loses nothing', () => {
    const segments = [0, 60, 120, 180, 240].map((seconds) => ({
      startMs: seconds * 1_000,
      endMs: seconds * 1_000 + 59_000,
    }));
    const ordered = nearestFirst(segments, 185_000).map(({ startMs }) => startMs / 1_000);
    expect(ordered).toEqual([120, 180, 0, 60, 240]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectRows, toChains, type PlacedRow } from '../../../../src/shared/session/chains.js';
import { planRetention } from '../../../../src/shared/session/retention.js';

function row(
  lane: 'dom' | 'log',
  chain: number,
  sequence: number,
  startMs: number,
  endMs: number,
  storedBytes = 10,
): PlacedRow {
  return { source: 'a', lane, chain, sequence, startMs, endMs, storedBytes };
}

const never = (): boolean => false;
const name = ({ lane, chain, sequence }: PlacedRow): string => `${lane} ${chain}.${sequence}`;

describe('chains', () => {
  const rows = [
    row('dom', 1, 0, 100, 150),
    row('dom', 0, 1, 20, 30),
    row('log', 0, 0, 0, 60),
    row('dom', 0, 0, 0, 20),
    row('dom', 1, 1, 150, 160),
  ];

  it('come from rows in any order', () => {
    expect(toChains(rows, never).map((chain) => chain.rows.map(name))).toEqual([
      ['dom 0.0', 'dom 0.1'],
      ['dom 1.0', 'dom 1.1'],
      ['log 0.0'],
    ]);
  });

  it('of dom are needed until the next one begins, and the growing one without end', () => {
    const isGrowing = (_: string, lane: string, chain: number): boolean => lane === 'dom' && chain === 1;
    expect(toChains(rows, isGrowing).map(({ untilMs }) => untilMs)).toEqual([100, Infinity, 60]);
    expect(toChains(rows, never).map(({ untilMs }) => untilMs)).toEqual([100, 160, 60]);
  });

  it('of two sources are apart, even with the same numbers', () => {
    const both = [row('dom', 0, 0, 0, 5), { ...row('dom', 0, 0, 0, 7), source: 'b' }];
    expect(toChains(both, never).map(({ source, untilMs }) => [source, untilMs])).toEqual([
      ['a', 5],
      ['b', 7],
    ]);
  });

  it('give a stretch what it needs', () => {
    const select = (startMs: number, endMs: number): string[] =>
      selectRows(toChains(rows, never), startMs, endMs).map(name);
    expect(select(0, 1000)).toHaveLength(5);
    expect(select(25, 28)).toEqual(['dom 0.0', 'dom 0.1', 'log 0.0']);
    expect(select(70, 80)).toEqual(['dom 0.0', 'dom 0.1']);
    expect(select(110, 120)).toEqual(['dom 1.0']);
    expect(select(155, 158)).toEqual(['dom 1.0', 'dom 1.1']);
    expect(select(200, 300)).toEqual([]);
  });

  it('with a hole are of use up to the hole only', () => {
    const torn = [row('dom', 0, 0, 0, 5), row('dom', 0, 2, 10, 15), row('dom', 1, 1, 20, 25)];
    expect(selectRows(toChains(torn, never), 0, 100).map(name)).toEqual(['dom 0.0']);
  });
});

describe('retention', () => {
  it('lets go of what nothing in the last minutes needs', () => {
    const rows = [row('dom', 0, 0, 0, 10), row('dom', 1, 0, 50, 60), row('log', 0, 0, 0, 49), row('log', 1, 0, 49, 51)];
    const plan = planRetention(rows, { maxAgeMs: 50, maxBytes: 1e9 }, 100, never);
    // The first dom chain shows the page up to 50, which is the edge.
    expect(plan.drop.map(({ lane, chain }) => `${lane} ${chain}`)).toEqual(['log 0']);
    const later = planRetention(rows, { maxAgeMs: 49, maxBytes: 1e9 }, 100, never);
    expect(later.drop.map(({ lane, chain }) => `${lane} ${chain}`)).toEqual(['log 0', 'dom 0']);
  });

  it('tells what is too much when only growing chains are left', () => {
    const rows = [row('dom', 0, 0, 0, 10, 70), row('dom', 0, 1, 10, 20, 70), row('log', 0, 0, 0, 5, 70)];
    const plan = planRetention(rows, { maxAgeMs: 1e9, maxBytes: 100 }, 100, (_, lane) => lane === 'dom');
    expect(plan.drop.map(({ lane }) => lane)).toEqual(['log']);
    expect(plan.excessBytes).toBe(40);
  });
});

// A ring of any shape: sources, dom chains of several segments, lines, all at any time.
const rings = fc
  .array(
    fc.record({
      source: fc.constantFrom('a', 'b', 'c'),
      lane: fc.constantFrom('dom' as const, 'log' as const, 'error' as const),
      segments: fc.array(fc.record({ ms: fc.nat(20_000), storedBytes: fc.nat(1000) }), { minLength: 1, maxLength: 6 }),
      pauseMs: fc.nat(30_000),
    }),
    { maxLength: 40 },
  )
  .map((chains) => {
    const next = new Map<string, { chain: number; ms: number }>();
    return chains.flatMap(({ source, lane, segments, pauseMs }): PlacedRow[] => {
      const key = source + lane;
      const { chain, ms } = next.get(key) ?? { chain: 0, ms: 0 };
      let at = ms + pauseMs;
      const rows = (lane === 'dom' ? segments : segments.slice(0, 1)).map((segment, sequence): PlacedRow => {
        const startMs = at;
        at += segment.ms;
        return { source, lane, chain, sequence, startMs, endMs: at, storedBytes: segment.storedBytes };
      });
      next.set(key, { chain: chain + 1, ms: at });
      return rows;
    });
  });
const growths = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));

describe('retention, whatever the ring looks like', () => {
  const limits = fc.record({ maxAgeMs: fc.nat(200_000), maxBytes: fc.nat(20_000) });
  const nows = fc.nat(400_000);

  it('keeps every dom chain whole or not at all, and all that still grow', () => {
    fc.assert(
      fc.property(rings, growths, limits, nows, fc.nat(), (rows, living, limit, now, shuffle) => {
        const isGrowing = growing(rows, living);
        const plan = planRetention(rotate(rows, shuffle), limit, now, isGrowing);
        const gone = new Set(plan.drop.flatMap((chain) => chain.rows));
        for (const one of rows) {
          const chain = rows.filter((other) => isSameChain(one, other));
          expect(new Set(chain.map((other) => gone.has(other))).size).toBe(1);
          if (isGrowing(one.source, one.lane, one.chain)) expect(gone.has(one)).toBe(false);
        }
      }),
    );
  });

  it('keeps to both limits, and drops nothing without need', () => {
    fc.assert(
      fc.property(rings, growths, limits, nows, (rows, living, limit, now) => {
        const isGrowing = growing(rows, living);
        const plan = planRetention(rows, limit, now, isGrowing);
        const gone = new Set(plan.drop.flatMap((chain) => chain.rows));
        const left = rows.filter((one) => !gone.has(one));
        const bytes = left.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
        expect(Math.max(0, bytes - limit.maxBytes)).toBe(plan.excessBytes);
        const closed = left.filter((one) => !isGrowing(one.source, one.lane, one.chain));
        if (plan.excessBytes > 0) expect(closed).toEqual([]);
        const chains = toChains(rows, isGrowing);
        const wholeBytes = rows.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
        for (const chain of chains) {
          const isGone = gone.has(chain.rows[0] as PlacedRow);
          const isOld = chain.untilMs < now - limit.maxAgeMs;
          if (isOld) expect(isGone).toBe(true);
          if (isGone && !isOld) expect(wholeBytes).toBeGreaterThan(limit.maxBytes);
        }
      }),
    );
  });

  it('lets the older go before the younger', () => {
    fc.assert(
      fc.property(rings, growths, limits, nows, (rows, living, limit, now) => {
        const isGrowing = growing(rows, living);
        const plan = planRetention(rows, limit, now, isGrowing);
        const gone = new Set(plan.drop.flatMap((chain) => chain.rows));
        const kept = toChains(rows, isGrowing).filter((chain) => !gone.has(chain.rows[0] as PlacedRow));
        const youngestGone = Math.max(...plan.drop.map(({ untilMs }) => untilMs));
        for (const { untilMs } of kept) expect(untilMs).toBeGreaterThanOrEqual(youngestGone);
      }),
    );
  });

  it('leaves every moment of the last minutes replayable that was, while the bytes fit', () => {
    fc.assert(
      fc.property(rings, growths, fc.nat(200_000), nows, fc.nat(200_000), (rows, living, maxAgeMs, now, before) => {
        const isGrowing = growing(rows, living);
        const moment = now - Math.min(before, maxAgeMs);
        const plan = planRetention(rows, { maxAgeMs, maxBytes: Infinity }, now, isGrowing);
        const gone = new Set(plan.drop.flatMap((chain) => chain.rows));
        const left = rows.filter((one) => !gone.has(one));
        const needed = (some: PlacedRow[]): PlacedRow[] => selectRows(toChains(some, isGrowing), moment, moment);
        expect(needed(left)).toEqual(needed(rows));
      }),
    );
  });
});

function growing(rows: readonly PlacedRow[], living: readonly string[]) {
  return (source: string, lane: string, chain: number): boolean => {
    if (lane !== 'dom' || !living.includes(source)) return false;
    const numbers = rows.filter((row) => row.source === source && row.lane === 'dom').map((row) => row.chain);
    return chain === Math.max(...numbers);
  };
}

function rotate<T>(items: readonly T[], by: number): T[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

function isSameChain(a: PlacedRow, b: PlacedRow): boolean {
  return a.source === b.source && a.lane === b.lane && a.chain === b.chain;
}

import { describe, expect, it } from 'vitest';
import { sharpened, toSessionMs, type Anchor } from '../../../../src/shared/session/clock.js';

const STARTED_MS = 1_800_000_000_000;

/** Whose wall clock says nothing: somebody has set it since. */
const anchor = (monoMs: number, sessionMs: number, uncertaintyMs: number, wallMs = 0): Anchor => ({
  monoMs,
  sessionMs,
  wallMs,
  uncertaintyMs,
});

describe('a reading of the clock that a later one is sharper than', () => {
  it('is what the later one says, if that is within what both may be wrong by', () => {
    const anchors = sharpened([anchor(100, 1140, 150), anchor(900, 1805, 8), anchor(5000, 5900, 2)], STARTED_MS);
    expect(anchors.map(({ sessionMs, uncertaintyMs }) => [sessionMs, uncertaintyMs])).toEqual([
      [1000, 2],
      [1800, 2],
      [5900, 2],
    ]);
    expect(toSessionMs({ anchors }, 500)).toBe(1400);
  });

  it.each([
    ['the computer slept in between', [anchor(100, 1000, 50), anchor(900, 60_000, 2)]],
    ['the later one is no sharper', [anchor(100, 1000, 2), anchor(900, 1830, 40)]],
    ['it is the only one', [anchor(100, 1000, 50)]],
  ])('stays where %s', (_why, anchors) => {
    expect(sharpened(anchors, STARTED_MS)).toEqual(anchors);
  });
});

describe('the wall clock, which all sources of a session share,', () => {
  it('decides within what a reading may be wrong by', () => {
    const [first, second] = [
      sharpened([anchor(100, 1007, 8, STARTED_MS + 1000)], STARTED_MS),
      sharpened([anchor(50, 1003, 8, STARTED_MS + 1009)], STARTED_MS),
    ];
    expect([toSessionMs({ anchors: first }, 100), toSessionMs({ anchors: second }, 50)]).toEqual([1000, 1009]);
  });

  it.each([
    ['it was set since', anchor(100, 1007, 8, STARTED_MS + 1020)],
    ['the reading is better than whole milliseconds', anchor(100, 1000.4, 0.3, STARTED_MS + 1000)],
  ])('does not where %s', (_why, reading) => {
    expect(sharpened([reading], STARTED_MS)).toEqual([reading]);
  });
});

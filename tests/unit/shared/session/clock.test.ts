import { describe, expect, it } from 'vitest';
import { sharpened, toSessionMs, type Anchor } from '../../../../src/shared/session/clock.js';

const anchor = (monoMs: number, sessionMs: number, uncertaintyMs: number): Anchor => ({
  monoMs,
  sessionMs,
  wallMs: 0,
  uncertaintyMs,
});

describe('a reading of the clock that a later one is sharper than', () => {
  it('is what the later one says, if that is within what both may be wrong by', () => {
    const anchors = sharpened([anchor(100, 1140, 150), anchor(900, 1805, 8), anchor(5000, 5900, 2)]);
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
    expect(sharpened(anchors)).toEqual(anchors);
  });
});

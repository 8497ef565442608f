import { describe, expect, it } from 'vitest';
import { momentText, sizeText, table, wallText } from '../../../src/cli/figures.js';

describe('figures for people', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [3 * 1024 ** 3, '3.0 GB'],
  ])('gives %d bytes as %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it.each([
    [0, '0:00.0'],
    [59_960, '1:00.0'],
    [61_550, '1:01.6'],
    [3_599_999, '1:00:00.0'],
    [3_723_400, '1:02:03.4'],
    [-1500, '-0:01.5'],
    [-10, '0:00.0'],
  ])('gives moment %d as %s', (ms, text) => {
    expect(momentText(ms)).toBe(text);
  });

  it('gives a wall-clock time, and says so when it is none', () => {
    expect(wallText(Date.UTC(2026, 10, 23, 9))).toBe('2026-11-23 09:00:00 UTC');
    expect(wallText(1e300)).toBe('unknown');
  });

  it('puts columns side by side, figures to the right', () => {
    expect(
      table([
        ['lane', 'n'],
        ['a', '100'],
      ]),
    ).toEqual(['lane    n', 'a     100']);
  });
});

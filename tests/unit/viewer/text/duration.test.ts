import { describe, expect, it } from 'vitest';
import { formatDuration, formatInstant, formatPosition, speakPosition } from '../../../../src/viewer/text/duration.js';

describe('formatPosition', () => {
  it.each([
    [0, '0:00'],
    [7_999, '0:07'],
    [65_000, '1:05'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
    [Number.NaN, '0:00'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatPosition(ms)).toBe(text);
  });
});

describe('formatInstant', () => {
  it('is exact to the millisecond', () => {
    expect(formatInstant(7_042)).toBe('0:07.042');
  });

  it('carries what it rounds up', () => {
    expect(formatInstant(59_999.6)).toBe('1:00.000');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [45.4, '45 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_244, '1.24 s'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('speakPosition', () => {
  it('says what a screen reader should read', () => {
    expect(speakPosition(3_661_000)).toBe('1 hour 1 minute 1 second');
    expect(speakPosition(245_000)).toBe('4 minutes 5 seconds');
    expect(speakPosition(200)).toBe('0 seconds');
  });
});

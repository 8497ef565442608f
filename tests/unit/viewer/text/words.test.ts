import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { highlight } from '../../../../src/viewer/text/highlight.js';
import { locationText } from '../../../../src/viewer/text/location.js';
import { splitUrl } from '../../../../src/viewer/text/request.js';
import { countOf, formatBytes } from '../../../../src/viewer/text/size.js';
import { formatExact, formatWallClock, formatWhen } from '../../../../src/viewer/text/when.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.6, '1 kB'],
    [4_250, '4.3 kB'],
    [99_960, '100 kB'],
    [999_900, '1 MB'],
    [12_400_000, '12.4 MB'],
    [-1, '0 B'],
    [Infinity, '0 B'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

it('counts in singular and plural', () => {
  expect(countOf(1, 'error')).toBe('1 error');
  expect(countOf(12_345, 'entry', 'entries')).toBe('12,345 entries');
});

describe('formatWhen', () => {
  const now = new Date(2026, 10, 23, 14, 0, 0).getTime();
  it.each([
    [20_000, 'now'],
    [-60_000, 'now'],
    [5 * 60_000, '5 min ago'],
    [3 * 3_600_000, '3 hr ago'],
    [26 * 3_600_000, 'yesterday'],
    [200 * 86_400_000, '7 May'],
    [600 * 86_400_000, '2 Apr 2025'],
  ])('%d ms before is %s', (agoMs, text) => {
    expect(formatWhen(now - agoMs, now)).toBe(text);
  });

  it('does not throw at a clock that is no date', () => {
    expect(formatWhen(1e300, now)).toBe('unknown time');
    expect(formatExact(-1e300)).toBe('unknown time');
    expect(formatWallClock(Number.NaN)).toBe('--:--:--');
  });
});

describe('highlight', () => {
  it('marks words in any case', () => {
    expect(highlight('Sync failed: SYNC', ['sync'])).toEqual([
      { text: 'Sync', isHit: true },
      { text: ' failed: ', isHit: false },
      { text: 'SYNC', isHit: true },
    ]);
  });

  it('takes the longest of the words that begin at one place', () => {
    expect(highlight('syncing', ['sync', 'syncing'])).toEqual([{ text: 'syncing', isHit: true }]);
  });

  it('never loses or adds a letter', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ maxLength: 3 })), (text, words) => {
        const pieces = highlight(
          text,
          words.map((word) => word.toLowerCase()),
        );
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      }),
    );
  });
});

it('splits a URL, also one that is none', () => {
  expect(splitUrl('http://127.0.0.1:5173/api/sync?full=1')).toEqual({
    path: '/api/sync?full=1',
    host: '127.0.0.1:5173',
  });
  expect(splitUrl('api/sync')).toEqual({ path: 'api/sync', host: '' });
  expect(splitUrl(`data:text/plain,${'x'.repeat(1000)}`).path).toHaveLength(80);
});

it('writes a location as editors understand it', () => {
  expect(locationText({ url: 'a.js', line: 3, column: 7 })).toBe('a.js:3:7');
  expect(locationText({ url: 'a.js' })).toBe('a.js');
  expect(locationText(undefined)).toBeUndefined();
});

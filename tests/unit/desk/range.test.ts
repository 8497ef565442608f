import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesTag, parseRange } from '../../../src/desk/http/range.js';

const size = fc.nat(2 ** 31);
const number = fc.oneof(fc.nat(2 ** 32), fc.bigInt(0n, 10n ** 30n));

describe('a range', () => {
  it('never reaches outside of the object, whatever is asked for', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string().map((text) => `bytes=${text}`),
      fc.tuple(number, number).map(([a, b]) => `bytes=${a}-${b}`),
      number.map((a) => `bytes=${a}-`),
      number.map((a) => `bytes=-${a}`),
    );
    fc.assert(
      fc.property(header, size, (text, bytes) => {
        const range = parseRange(text, bytes);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeGreaterThanOrEqual(range.start);
        expect(range.end).toBeLessThan(bytes);
        expect(Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end)).toBe(true);
      }),
    );
  });

  it('that lies within the object is taken as it is', () => {
    const within = fc.tuple(fc.nat(1e9), fc.nat(1e9), fc.nat(1e9));
    fc.assert(
      fc.property(within, ([start, length, rest]) => {
        const end = start + length;
        expect(parseRange(`bytes=${start}-${end}`, end + 1 + rest)).toEqual({ start, end });
      }),
    );
  });

  it('of the last bytes is as long as asked for, or everything', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e9 }), (suffix, bytes) => {
        expect(parseRange(`bytes=-${suffix}`, bytes)).toEqual({ start: Math.max(0, bytes - suffix), end: bytes - 1 });
      }),
    );
  });

  it('of an empty object cannot be had', () => {
    expect(parseRange('bytes=0-0', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-1', 0)).toBe('unsatisfiable');
    expect(parseRange(undefined, 0)).toBe('whole');
  });
});

it('tags are compared one by one', () => {
  expect(namesTag('"a", W/"b" ,"c"', '"b"')).toBe(true);
  expect(namesTag('*', '"b"')).toBe(true);
  expect(namesTag('"ab"', '"b"')).toBe(false);
  expect(namesTag('', '"b"')).toBe(false);
});

import { describe, expect, test } from 'vitest';
import {
  bundleFileName,
  formatBytes,
  formatDuration,
  fromInputValue,
  toDateTimeValue,
  toTimeValue,
} from '../../../../src/recorder/panel/measures.js';

/** As the machine's locale writes it, which the panel follows. */
const n = (value: number): string => new Intl.NumberFormat().format(value);
const at = (h: number, m: number, s: number): number => new Date(2026, 10, 23, h, m, s).getTime();

describe('sizes and durations', () => {
  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, `${n(1023)} bytes`],
    [1536, `${n(1.5)} KB`],
    [547 * 1024, '547 KB'],
    [4.25 * 1024 * 1024, `${n(4.3)} MB`],
    [200 * 1024 * 1024, '200 MB'],
    [3 * 1024 ** 3, '3 GB'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [-5, '0 s'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [252_000, '4 min 12 s'],
    [600_000, '10 min'],
    [3_900_000, '1 h 5 min'],
    [7_200_000, '2 h'],
  ])('%d ms read %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('the time fields', () => {
  test('a time of day goes to the field and back, on the day that it is of', () => {
    const ms = at(9, 5, 7);
    expect(toTimeValue(ms)).toBe('09:05:07');
    expect(fromInputValue('09:05:07', at(23, 0, 0))).toBe(ms);
    expect(fromInputValue('09:05', at(23, 0, 0))).toBe(at(9, 5, 0));
  });

  test('a day and time goes to the field and back', () => {
    const ms = at(0, 0, 1);
    expect(toDateTimeValue(ms)).toBe('2026-11-23T00:00:01');
    expect(fromInputValue(toDateTimeValue(ms), 0)).toBe(ms);
  });

  test('an emptied or impossible field is no time', () => {
    expect(fromInputValue('', 0)).toBeUndefined();
    expect(fromInputValue('25:61', 0)).toBeUndefined();
  });
});

test('a file name is one that every system takes, whatever the app is called', () => {
  expect(bundleFileName('Fluxion', at(10, 12, 31))).toBe('fluxion-2026-11-23-10-12-31.fluxrec');
  expect(bundleFileName('../..\\con: "Über" | App?', at(10, 12, 31))).toBe('con-ber-app-2026-11-23-10-12-31.fluxrec');
  expect(bundleFileName('日本', at(10, 12, 31))).toBe('report-2026-11-23-10-12-31.fluxrec');
});

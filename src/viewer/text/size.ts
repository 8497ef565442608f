import { whenAsked } from './when-asked.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes in decimal units, three digits at most: `812 B`, `4.2 kB`, `12 MB`. */
export function formatBytes(bytes: number): string {
  let value = Number.isFinite(bytes) && bytes > 0 ? bytes : 0;
  let unit = 0;
  // 999.5 would be rounded to a fourth digit: it belongs to the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${Number(value.toFixed(digits))} ${UNITS[unit] ?? 'B'}`;
}

const counts = whenAsked(() => new Intl.NumberFormat('en-GB'));

/** A count with its separators: `12,345`. */
export function formatCount(count: number): string {
  return counts().format(count);
}

/** `1 error`, `2 errors`, `12,345 lines`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

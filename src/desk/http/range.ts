/** Bytes from `start` to `end`, both included, as HTTP counts them. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Larger than any part, and exact as a number. */
const MAX_DIGITS = 15;

/**
 * A `Range` header against a size (RFC 9110, section 14). `whole`: there is none, it is not one that we understand, or asks
 * for several ranges, all of which a server may answer with everything. `unsatisfiable`: 416.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  if (header === undefined) return 'whole';
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') {
    const suffix = toNumber(last);
    if (suffix === 0 || size === 0) return 'unsatisfiable';
    return { start: Math.max(0, size - suffix), end: size - 1 };
  }
  const start = toNumber(first);
  const end = last === '' ? Infinity : toNumber(last);
  if (end < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: Math.min(end, size - 1) };
}

function toNumber(digits: string): number {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return significant.length > MAX_DIGITS ? Infinity : Number(significant);
}

/** Whether a list of entity tags (`If-Match`, `If-None-Match`) names this one. */
export function namesTag(header: string, tag: string): boolean {
  return header.split(',').some((one) => {
    const trimmed = one.trim();
    return trimmed === '*' || trimmed === tag || trimmed === `W/${tag}`;
  });
}

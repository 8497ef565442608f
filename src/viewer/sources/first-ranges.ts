import { BLOCK_BYTES } from './block-cache.js';

/**
 * What the first two requests for a bundle fetch, side by side: the manifest lies at its start, the directory at its end.
 * Half an hour of one window is some 600 entries: a manifest of 120 KB and a directory of 60 KB.
 */
export const HEAD_RANGE = { from: 0, to: 8 * BLOCK_BYTES };
export const TAIL_RANGE = { last: 6 * BLOCK_BYTES };

export type Range = { readonly from: number; readonly to: number } | { readonly last: number };

/** As a Range header's value (RFC 9110, 14.2). */
export function rangeHeader(range: Range): string {
  return 'last' in range ? `bytes=-${range.last}` : `bytes=${range.from}-${range.to - 1}`;
}

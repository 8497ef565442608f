import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSoundRow } from '../../../../src/main/services/row-check.js';
import { crc32 } from '../../../../src/shared/bundle/crc32.js';
import type { Segment } from '../../../../src/shared/session/segment.js';

const webm = Uint8Array.of(0x1a, 0x45, 0xdf, 0xa3, 1, 2, 3, 4);

function row(stored: Uint8Array, more: Partial<Segment> = {}): Segment {
  const sha256 = createHash('sha256').update(stored).digest('hex');
  return {
    session: 's',
    source: 'w1-1',
    lane: 'screen',
    chain: 0,
    sequence: 0,
    startMonoMs: 0,
    endMonoMs: 1,
    startWallMs: 0,
    endWallMs: 1,
    events: 1,
    bytes: stored.length,
    storedBytes: stored.length,
    crc32: crc32(stored),
    sha256,
    storedSha256: sha256,
    ...more,
  };
}

describe('a row of the screen lane', () => {
  it('is sound when it is the file that it says', async () => {
    expect(await isSoundRow(row(webm), webm)).toBe(true);
  });

  it.each([
    ['another size', row(webm, { bytes: 9 })],
    ['another hash of what it holds', row(webm, { sha256: 'a'.repeat(64) })],
    ['another hash of what is stored', row(webm, { storedSha256: 'a'.repeat(64), sha256: 'a'.repeat(64) })],
    ['another checksum', row(webm, { crc32: 1 })],
    ['no frame', row(webm, { events: 0 })],
  ])('is not, with %s', async (_what, segment) => {
    expect(await isSoundRow(segment, webm)).toBe(false);
  });

  it('is not, when it is no WebM file at all', async () => {
    const text = new TextEncoder().encode('<html>');
    expect(await isSoundRow(row(text), text)).toBe(false);
  });
});

import { createHash } from 'node:crypto';
import { crc32 } from '../../shared/bundle/crc32.js';
import type { Segment } from '../../shared/session/segment.js';

/** What the bytes of a segment say of themselves, for its description. */
export function sealedFacts(
  plain: Uint8Array,
  stored: Uint8Array,
): Pick<Segment, 'bytes' | 'storedBytes' | 'crc32' | 'sha256' | 'storedSha256'> {
  return {
    bytes: plain.length,
    storedBytes: stored.length,
    crc32: crc32(plain),
    sha256: createHash('sha256').update(plain).digest('hex'),
    storedSha256: createHash('sha256').update(stored).digest('hex'),
  };
}

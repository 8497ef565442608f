import { createHash } from 'node:crypto';
import { createInflateRaw } from 'node:zlib';
import { crc32 } from '../../shared/bundle/crc32.js';
import { MAX_DEFLATE_RATIO, MAX_ENTRY_BYTES } from '../../shared/constants.js';
import type { Segment } from '../../shared/session/segment.js';

/**
 * Are these bytes what the segment says: sizes, CRC-32 and both hashes? A row comes from a page, and a page can be made
 * to say anything; one row with a wrong hash would make the desk refuse the whole report. Inflates piece by piece: no more than one
 * piece is in memory, and never more than the declared size is made.
 */
export async function isSoundRow(segment: Segment, stored: Uint8Array): Promise<boolean> {
  if (stored.length !== segment.storedBytes || segment.events === 0 || segment.endMonoMs < segment.startMonoMs)
    return false;
  if (segment.bytes > MAX_ENTRY_BYTES || segment.bytes > (stored.length + 1) * MAX_DEFLATE_RATIO) return false;
  if (createHash('sha256').update(stored).digest('hex') !== segment.storedSha256) return false;
  if (segment.lane === 'screen') return isSoundVideo(segment, stored);
  const inflate = createInflateRaw();
  inflate.end(stored);
  const hash = createHash('sha256');
  let [bytes, crc] = [0, 0];
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > segment.bytes) return false;
      crc = crc32(piece, crc);
      hash.update(piece);
    }
  } catch {
    return false; // Not deflate, or cut short.
  }
  // Bytes behind the end of the stream would be in the bundle, and in no hash of its content.
  if (inflate.bytesWritten !== stored.length) return false;
  return bytes === segment.bytes && crc === segment.crc32 && hash.digest('hex') === segment.sha256;
}

/** EBML's first four bytes: every WebM file begins with them. */
const EBML = Buffer.of(0x1a, 0x45, 0xdf, 0xa3);

/** Video is stored as it is. */
function isSoundVideo(segment: Segment, stored: Uint8Array): boolean {
  if (segment.bytes !== segment.storedBytes || segment.sha256 !== segment.storedSha256) return false;
  return EBML.equals(stored.subarray(0, EBML.length)) && crc32(stored) === segment.crc32;
}

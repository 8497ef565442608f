import { crc32 } from '../../shared/bundle/crc32.js';
import { sha256Hex } from '../../shared/bundle/sha256.js';
import type { SealedSegment, Segment } from '../../shared/session/segment.js';

/** What is known of a segment before its bytes are sealed. */
export type UnsealedSegment = Omit<Segment, 'bytes' | 'storedBytes' | 'crc32' | 'sha256' | 'storedSha256'>;

/** NDJSON to raw deflate (video as it is), with the sums that a bundle needs. The browser's own compressor: 88 MB/s against fflate's 37. */
export async function seal(unsealed: UnsealedSegment, plain: Uint8Array<ArrayBuffer>): Promise<SealedSegment> {
  // Video is compressed already.
  const isStored = unsealed.lane === 'screen';
  const [sha256, stored] = await Promise.all([sha256Hex(plain), isStored ? plain : deflate(plain)]);
  return {
    segment: {
      ...unsealed,
      bytes: plain.byteLength,
      storedBytes: stored.byteLength,
      crc32: crc32(plain),
      sha256,
      storedSha256: isStored ? sha256 : await sha256Hex(stored),
    },
    stored,
  };
}

async function deflate(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  // Fed by hand: the stream of a Blob would take the plain text through the browser process, which may put it on disk.
  const { readable, writable } = new CompressionStream('deflate-raw');
  const writer = writable.getWriter();
  const fed = writer.write(plain).then(() => writer.close());
  const [deflated] = await Promise.all([new Response(readable).arrayBuffer(), fed]);
  return new Uint8Array(deflated);
}

/** Joins lines to NDJSON. */
export function concat(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

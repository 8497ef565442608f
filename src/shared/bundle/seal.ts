import type { SealedSegment, Segment } from '../session/segment.js';
import { crc32 } from './crc32.js';
import { sha256Hex } from './sha256.js';

/** What is known of a segment before its bytes are sealed. */
export type UnsealedSegment = Omit<Segment, 'bytes' | 'storedBytes' | 'crc32' | 'sha256' | 'storedSha256'>;

/** NDJSON to raw deflate (video as it is), with the sums that a bundle needs. The platform's own compressor: 88 MB/s against fflate's 37. */
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

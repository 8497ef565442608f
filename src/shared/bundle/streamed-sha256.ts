import { sha256 } from '@noble/hashes/sha2.js';
import { sha256Hex, toHex } from './sha256.js';

/** SHA-256 of what comes piece by piece. */
export interface StreamedSha256 {
  update(bytes: Uint8Array): void;
  /** The digest as lower-case hex. Call it once, last. */
  hex(): Promise<string>;
}

/** What may lie in memory whole: nearly every entry is smaller. */
const WHOLE_BYTES = 8 * 1024 * 1024;

/** For a stream of `bytes` bytes: the platform's digest, which wants them whole (800 MB/s), or for large ones a script's (130 MB/s). */
export function streamedSha256(bytes: number): StreamedSha256 {
  return bytes <= WHOLE_BYTES ? wholeDigest(bytes) : pieceDigest();
}

function wholeDigest(bytes: number): StreamedSha256 {
  const whole = new Uint8Array(bytes);
  let filled = 0;
  return {
    update(piece) {
      whole.set(piece, filled);
      filled += piece.length;
    },
    hex: () => sha256Hex(whole.subarray(0, filled)),
  };
}

function pieceDigest(): StreamedSha256 {
  const digest = sha256.create();
  return {
    update(piece) {
      digest.update(piece);
    },
    hex: () => Promise.resolve(toHex(digest.digest())),
  };
}

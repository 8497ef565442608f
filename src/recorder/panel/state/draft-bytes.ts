import type { ByteSource } from '../../../shared/bundle/byte-source.js';
import { FluxionError } from '../../../shared/errors.js';
import { say } from '../sentences.js';
import type { DraftFile } from './draft-file.js';

/** The host answers at most this much of a draft at once (see the contract). */
const READ_BYTES = 8 * 1024 * 1024;

/**
 * One version of the file that would be sent, as bundles are read. Once it was assembled anew every read rejects: the two
 * files' bytes must not be mixed.
 */
export async function openDraftBytes(file: DraftFile, signal: AbortSignal): Promise<ByteSource> {
  const size = await file.open();
  signal.throwIfAborted();
  const version = file.openVersion;
  return {
    size,
    async read(offset, length, readSignal) {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        readSignal?.throwIfAborted();
        const more = await file.read(offset + done, Math.min(READ_BYTES, length - done));
        if (file.openVersion !== version) throw new FluxionError('draft-changed', say.preview.changed);
        if (more.byteLength === 0) break; // Shorter than asked for: the reader says what that means.
        bytes.set(more, done);
        done += more.byteLength;
      }
      return bytes.subarray(0, done);
    },
  };
}

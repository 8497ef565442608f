import type { ByteSource } from './byte-source.js';
import { crc32 } from './crc32.js';
import { ENCODING_DEFLATE } from './encoding.js';
import { BundleError, toProblem, type BundleProblem } from './errors.js';
import { BoundedInflate } from './inflate.js';
import type { ManifestEntry } from './manifest.js';
import type { OpenBundle } from './open-bundle.js';
import { openForChecks } from './read.js';
import { sha256Of } from './sha256.js';

export interface VerifyProgress {
  readonly entries: number;
  readonly totalEntries: number;
  /** Stored bytes. */
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

/**
 * Reads every entry that the manifest lists, in bounded memory, and holds it against its sizes, both hashes and the zip's
 * CRC-32. Resolves with what is wrong: nothing, for a good bundle. Rejects only when the source cannot be read or is aborted.
 */
export async function verifyBundle(source: ByteSource, options: VerifyOptions = {}): Promise<BundleProblem[]> {
  const { signal, onProgress } = options;
  let bundle: OpenBundle;
  try {
    bundle = await openForChecks(source, { signal });
  } catch (error) {
    return [problemOf(error)];
  }
  const problems = [...bundle.problems];
  const { entries } = bundle.manifest;
  const totalBytes = entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    if (bundle.problemOf(entry) === undefined) {
      try {
        await verifyEntry(bundle, entry, signal);
      } catch (error) {
        problems.push(problemOf(error));
      }
    }
    bytes += entry.storedBytes;
    onProgress?.({ entries: index + 1, totalEntries: entries.length, bytes, totalBytes });
  }
  return problems;
}

function problemOf(error: unknown): BundleProblem {
  if (error instanceof BundleError && error.code !== 'unreadable') return toProblem(error);
  throw error;
}

async function verifyEntry(bundle: OpenBundle, entry: ManifestEntry, signal?: AbortSignal): Promise<void> {
  const { path } = entry;
  const storedHash = sha256Of(entry.storedBytes);
  const plainHash = sha256Of(entry.bytes);
  let crc = 0;
  const takePlain = (plain: Uint8Array): void => {
    plainHash.update(plain);
    crc = crc32(plain, crc);
  };
  const inflate = entry.encoding === ENCODING_DEFLATE ? new BoundedInflate(entry.bytes, path, takePlain) : undefined;
  for await (const stored of bundle.storedPieces(entry, { signal })) {
    storedHash.update(stored);
    if (inflate === undefined) takePlain(stored);
    else await inflate.push(stored, signal);
  }
  inflate?.end();
  if ((await storedHash.hex()) !== entry.storedSha256)
    throw new BundleError('wrong-hash', { path, detail: 'stored bytes' });
  if ((await plainHash.hex()) !== entry.sha256) throw new BundleError('wrong-hash', { path, detail: 'plain bytes' });
  if (crc !== bundle.crc32Of(entry)) throw new BundleError('wrong-hash', { path, detail: 'crc32' });
}

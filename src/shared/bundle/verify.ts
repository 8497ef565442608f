import type { ByteSource } from './byte-source.js';
import { crc32 } from './crc32.js';
import { ENCODING_DEFLATE } from './encoding.js';
import { BundleError, toProblem, type BundleProblem } from './errors.js';
import { BoundedInflate } from './inflate.js';
import type { ManifestEntry } from './manifest.js';
import type { OpenBundle } from './open-bundle.js';
import { openForChecks } from './read.js';
import { streamedSha256, type StreamedSha256 } from './streamed-sha256.js';

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
  const storedHash = streamedSha256(entry.storedBytes);
  const unpacked = new Unpacked(entry);
  for await (const stored of bundle.storedPieces(entry, { signal })) {
    storedHash.update(stored);
    await unpacked.push(stored, signal);
  }
  if ((await storedHash.hex()) !== entry.storedSha256)
    throw new BundleError('wrong-hash', { path, detail: 'stored bytes' });
  const { sha256, crc } = await unpacked.end();
  if (sha256 !== entry.sha256) throw new BundleError('wrong-hash', { path, detail: 'plain bytes' });
  if (crc !== bundle.crc32Of(entry)) throw new BundleError('wrong-hash', { path, detail: 'crc32' });
}

/**
 * The sums over an entry's plain bytes. An error while unpacking waits until `end`: whether the packed bytes are the ones
 * that were sealed comes first, so that what is only damaged is not called a bomb.
 */
class Unpacked {
  readonly #hash: StreamedSha256;
  readonly #inflate: BoundedInflate | undefined;
  #crc = 0;
  #error: BundleError | undefined;

  constructor({ bytes, path, encoding }: ManifestEntry) {
    this.#hash = streamedSha256(bytes);
    if (encoding !== ENCODING_DEFLATE) return;
    this.#inflate = new BoundedInflate(bytes, path, (plain) => {
      this.#take(plain);
    });
  }

  async push(stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#inflate === undefined) {
      this.#take(stored);
      return;
    }
    if (this.#error !== undefined) return;
    try {
      await this.#inflate.push(stored, signal);
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      this.#error = error;
    }
  }

  async end(): Promise<{ readonly sha256: string; readonly crc: number }> {
    if (this.#error !== undefined) throw this.#error;
    this.#inflate?.end();
    return { sha256: await this.#hash.hex(), crc: this.#crc };
  }

  #take(plain: Uint8Array): void {
    this.#hash.update(plain);
    this.#crc = crc32(plain, this.#crc);
  }
}

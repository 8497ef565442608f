import { sha256 } from '@noble/hashes/sha2.js';
import { readAheadSource, type ByteSource } from './byte-source.js';
import { crc32 } from './crc32.js';
import { ENCODING_DEFLATE } from './encoding.js';
import { BundleError, toProblem, type BundleProblem } from './errors.js';
import { BoundedInflate, inflateEntry } from './inflate.js';
import type { ManifestEntry } from './manifest.js';
import type { OpenBundle } from './open-bundle.js';
import { openForChecks } from './read.js';
import { sha256Hex, toHex } from './sha256.js';

/** What may lie in memory whole: nearly every entry. Others come in pieces, hashed by a script: WebCrypto cannot. */
const WHOLE_BYTES = 8 * 1024 * 1024;
const TINY_BYTES = 8 * 1024;
/** Small entries come many by one read. */
const WINDOW_BYTES = 1024 * 1024;

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
 * CRC-32, and the manifest against its signature. Resolves with what is wrong; a good bundle has nothing. Rejects when the source cannot be read or is aborted.
 */
export async function verifyBundle(source: ByteSource, options: VerifyOptions = {}): Promise<BundleProblem[]> {
  const { signal, onProgress } = options;
  let bundle: OpenBundle;
  try {
    bundle = await openForChecks(readAheadSource(source, WINDOW_BYTES), { signal });
  } catch (error) {
    return [problemOf(error)];
  }
  const problems = [...bundle.problems];
  const signature = await bundle.checkSignature(signal);
  if (signature.status === 'bad') problems.push(signature.problem);
  const { entries } = bundle.manifest;
  const totalBytes = entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    try {
      const wrong = bundle.problemOf(entry);
      if (wrong === undefined) await verifyEntry(bundle, entry, signal);
      // How it was packed only a later version knows; whether it is what was packed can be told.
      else if (wrong.code === 'unsupported-encoding') await verifyStored(bundle, entry, signal);
    } catch (error) {
      problems.push(problemOf(error));
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

interface Sums {
  readonly sha256: string;
  readonly crc32: number;
}

async function verifyEntry(bundle: OpenBundle, entry: ManifestEntry, signal?: AbortSignal): Promise<void> {
  const { path, bytes, storedBytes } = entry;
  const isSmall = bytes <= WHOLE_BYTES && storedBytes <= WHOLE_BYTES;
  const sums = await (isSmall ? sumsOfWhole(bundle, entry, signal) : sumsOfPieces(bundle, entry, signal));
  if (sums.sha256 !== entry.sha256) throw new BundleError('wrong-hash', { path, detail: 'plain bytes' });
  if (sums.crc32 !== bundle.crc32Of(entry)) throw new BundleError('wrong-hash', { path, detail: 'crc32' });
}

async function verifyStored(bundle: OpenBundle, entry: ManifestEntry, signal?: AbortSignal): Promise<void> {
  const hash = sha256.create();
  for await (const stored of bundle.storedPieces(entry, { signal })) hash.update(stored);
  checkStored(entry, toHex(hash.digest()));
}

async function sumsOfWhole(bundle: OpenBundle, entry: ManifestEntry, signal?: AbortSignal): Promise<Sums> {
  const stored = await bundle.readStored(entry, { signal });
  checkStored(entry, await digest(stored));
  if (entry.encoding !== ENCODING_DEFLATE) return { sha256: entry.storedSha256, crc32: crc32(stored) };
  const plain = await inflateEntry(stored, entry.bytes, entry.path, signal);
  return { sha256: await digest(plain), crc32: crc32(plain) };
}

async function sumsOfPieces(bundle: OpenBundle, entry: ManifestEntry, signal?: AbortSignal): Promise<Sums> {
  const storedHash = sha256.create();
  const unpacked = new Unpacked(entry);
  for await (const stored of bundle.storedPieces(entry, { signal })) {
    storedHash.update(stored);
    await unpacked.push(stored, signal);
  }
  checkStored(entry, toHex(storedHash.digest()));
  return unpacked.end();
}

function checkStored(entry: ManifestEntry, storedSha256: string): void {
  if (storedSha256 === entry.storedSha256) return;
  throw new BundleError('wrong-hash', { path: entry.path, detail: 'stored bytes' });
}

/** The platform's digest is six times faster and takes 0.1 ms to ask. */
function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> | string {
  return bytes.length <= TINY_BYTES ? toHex(sha256(bytes)) : sha256Hex(bytes);
}

/**
 * The sums over an entry's plain bytes. An error while unpacking waits until `end`: whether the packed bytes are the ones
 * that were sealed comes first, so that what is only damaged is not called a bomb.
 */
class Unpacked {
  readonly #hash = sha256.create();
  readonly #inflate: BoundedInflate | undefined;
  #crc = 0;
  #error: BundleError | undefined;

  constructor({ bytes, path, encoding }: ManifestEntry) {
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

  end(): Sums {
    if (this.#error !== undefined) throw this.#error;
    this.#inflate?.end();
    return { sha256: toHex(this.#hash.digest()), crc32: this.#crc };
  }

  #take(plain: Uint8Array): void {
    this.#hash.update(plain);
    this.#crc = crc32(plain, this.#crc);
  }
}

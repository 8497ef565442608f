import * as v from 'valibot';
import { MAX_BUNDLE_PLAIN_BYTES, MAX_ENTRY_BYTES, MAX_MANIFEST_BYTES } from '../constants.js';
import type { Signer } from '../crypto/sign.js';
import { LANES } from '../session/lane.js';
import { crc32 } from './crc32.js';
import { foldPath, isInsidePath, RESERVED_PATHS } from './entry-path.js';
import { BundleError } from './errors.js';
import { ENCODING_DEFLATE } from './encoding.js';
import {
  FORMAT,
  MANIFEST_PATH,
  manifestSchema,
  SIGNATURE_PATH,
  type Manifest,
  type ManifestEntry,
} from './manifest.js';
import { signManifest } from './signature.js';
import {
  DEFLATED,
  directoryEnd,
  directoryRecordBytes,
  localHeader,
  STORED,
  writeDirectoryRecord,
  type ZipRecord,
} from './zip-records.js';

/** What a manifest says besides its entries; `lanes` follows from them. */
export type ManifestHead = Pick<
  Manifest,
  'session' | 'createdMs' | 'range' | 'description' | 'install' | 'commands' | 'sources'
>;

/** An entry whose stored bytes exist already. The CRC-32 is of what unzip makes of them: the plain bytes, unless sealed. */
export interface SealedEntry {
  readonly manifest: ManifestEntry;
  readonly crc32: number;
}

/** Reads the stored bytes of an entry, exactly `entry.manifest.storedBytes` of them. */
export type ReadStored<E extends SealedEntry> = (
  entry: E,
  signal?: AbortSignal,
) => Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;

export interface BundlePlan<E extends SealedEntry = SealedEntry> {
  readonly manifest: Manifest;
  /** The manifest's exact bytes: what a signature covers. */
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  /** Size of the finished file. */
  readonly size: number;
  /** The file, piece by piece, in order. May be called again. Rejects when an entry's bytes are not as many as planned. */
  write(readStored: ReadStored<E>, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
}

const EMPTY = new Uint8Array(0);

interface PlacedRecord extends ZipRecord {
  readonly offset: number;
}

/**
 * Lays out a bundle without reading a payload: the manifest first, then the entries in the given order (those of a chain
 * side by side). With a signer, its signature follows the manifest: `head.install` must name its key. Rejects with a BundleError when a reader would refuse the result.
 */
export async function planBundle<E extends SealedEntry>(
  head: ManifestHead,
  entries: readonly E[],
  signer?: Signer,
): Promise<BundlePlan<E>> {
  const manifest = makeManifest(head, entries);
  const encoder = new TextEncoder();
  const manifestBytes = encoder.encode(`${JSON.stringify(manifest)}\n`);
  if (manifestBytes.length > MAX_MANIFEST_BYTES) throw new BundleError('manifest-too-large');
  const storedManifest = await deflateRaw(manifestBytes);
  const signature = signer === undefined ? undefined : await signManifest(manifestBytes, signer);
  // What comes before the entries.
  const ahead = signature === undefined ? [storedManifest] : [storedManifest, signature];

  const records: PlacedRecord[] = [];
  let offset = 0;
  let directoryBytes = 0;
  const place = (record: ZipRecord): void => {
    records.push({ ...record, offset });
    directoryBytes += directoryRecordBytes(record.name.length, offset);
    offset += localHeader(record).length + record.storedBytes;
  };
  place({
    name: encoder.encode(MANIFEST_PATH),
    method: DEFLATED,
    crc32: crc32(manifestBytes),
    plainBytes: manifestBytes.length,
    storedBytes: storedManifest.length,
  });
  if (signature !== undefined) {
    place({
      name: encoder.encode(SIGNATURE_PATH),
      method: STORED,
      crc32: crc32(signature),
      plainBytes: signature.length,
      storedBytes: signature.length,
    });
  }
  for (const { manifest: entry, crc32 } of entries) {
    const isDeflated = entry.encoding === ENCODING_DEFLATE;
    place({
      name: encoder.encode(entry.path),
      method: isDeflated ? DEFLATED : STORED,
      crc32,
      plainBytes: isDeflated ? entry.bytes : entry.storedBytes,
      storedBytes: entry.storedBytes,
    });
  }
  const end = directoryEnd(records.length, directoryBytes, offset);

  async function* write(
    readStored: ReadStored<E>,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    for (const [index, record] of records.entries()) {
      signal?.throwIfAborted();
      yield localHeader(record);
      const entry = entries[index - ahead.length];
      const stored = ahead[index] ?? (entry === undefined ? EMPTY : await readStored(entry, signal));
      if (stored.length !== record.storedBytes) throw new BundleError('wrong-size', { path: entry?.manifest.path });
      if (stored.length > 0) yield stored;
    }
    signal?.throwIfAborted();
    yield directoryOf(records, directoryBytes);
    yield end;
  }
  return { manifest, manifestBytes, size: offset + directoryBytes + end.length, write };
}

function directoryOf(records: readonly PlacedRecord[], directoryBytes: number): Uint8Array<ArrayBuffer> {
  const directory = new Uint8Array(directoryBytes);
  let at = 0;
  for (const record of records) at = writeDirectoryRecord(directory, at, record, record.offset);
  return directory;
}

/** Native and off the calling thread: the manifest of 100,000 entries is 45 MB of JSON. */
async function deflateRaw(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A writer does not write what a reader refuses: the same schema, then the same limits. */
function makeManifest(head: ManifestHead, entries: readonly SealedEntry[]): Manifest {
  const present = new Set<string>(entries.map(({ manifest }) => manifest.lane));
  const known: string[] = LANES.filter((lane) => present.delete(lane));
  const result = v.safeParse(manifestSchema, {
    format: FORMAT,
    ...head,
    lanes: [...known, ...[...present].sort()],
    entries: entries.map(({ manifest }) => manifest),
  });
  if (!result.success)
    throw new BundleError('manifest-invalid', { detail: v.getDotPath(result.issues[0]) ?? undefined });
  checkEntries(result.output);
  return result.output;
}

function checkEntries(manifest: Manifest): void {
  const sources = new Set(manifest.sources.map(({ id }) => id));
  const names = new Set(RESERVED_PATHS);
  let plainBytes = 0;
  for (const { path, source, bytes, storedBytes } of manifest.entries) {
    if (!isInsidePath(path)) throw new BundleError('path-traversal', { path });
    if (names.has(foldPath(path))) throw new BundleError('duplicate-name', { path });
    names.add(foldPath(path));
    if (!sources.has(source)) throw new BundleError('manifest-invalid', { path, detail: 'source' });
    plainBytes += bytes;
    if (Math.max(bytes, storedBytes) > MAX_ENTRY_BYTES || plainBytes > MAX_BUNDLE_PLAIN_BYTES) {
      throw new BundleError('zip-bomb', { path });
    }
  }
}

import * as v from 'valibot';
import { MAX_ENTRIES, MAX_MANIFEST_BYTES } from '../constants.js';
import { readRange, type ByteSource } from './byte-source.js';
import { isRatioPossible, type Contents } from './check-entries.js';
import { crc32 } from './crc32.js';
import { earliestEnd } from './directory.js';
import { BundleError, problem, type BundleProblem } from './errors.js';
import { inflateEntry } from './inflate.js';
import { dataOffsetOf } from './local-header.js';
import { FORMAT, MANIFEST_PATH, manifestSchema, type Manifest } from './manifest.js';
import { DEFLATED, FLAG_ENCRYPTED, STORED } from './zip-records.js';

export interface ReadManifest {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  readonly problems: readonly BundleProblem[];
}

/** Reads, bounds and parses the manifest. Throws a BundleError when there is none that could be followed. */
export async function readManifest(
  source: ByteSource,
  contents: Contents,
  dataEnd: number,
  signal?: AbortSignal,
): Promise<ReadManifest> {
  const manifestBytes = await readManifestBytes(source, contents, dataEnd, signal);
  // A damaged manifest that still can be understood shows more than none: its entries have hashes of their own.
  const isDamaged = crc32(manifestBytes) !== contents.byName.get(MANIFEST_PATH)?.crc32;
  try {
    const manifest = parseManifest(manifestBytes);
    const problems = isDamaged ? [problem('wrong-hash', { path: MANIFEST_PATH, detail: 'crc32' })] : [];
    return { manifest, manifestBytes, problems: [...problems, ...sourceProblems(manifest)] };
  } catch (error) {
    if (isDamaged) throw new BundleError('wrong-hash', { path: MANIFEST_PATH, detail: 'crc32', cause: error });
    throw error;
  }
}

async function readManifestBytes(
  source: ByteSource,
  contents: Contents,
  dataEnd: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = MANIFEST_PATH;
  const zip = contents.byName.get(path);
  if (zip === undefined) throw new BundleError('missing-entry', { path });
  const wrong = contents.problems.get(path);
  if (wrong !== undefined) throw new BundleError(wrong.code, wrong);
  if ((zip.flags & FLAG_ENCRYPTED) !== 0 || (zip.method !== DEFLATED && zip.method !== STORED)) {
    throw new BundleError('unsupported-encoding', { path });
  }
  if (zip.plainBytes > MAX_MANIFEST_BYTES) throw new BundleError('manifest-too-large', { path });
  if (zip.method === STORED ? zip.plainBytes !== zip.storedBytes : !isRatioPossible(zip.plainBytes, zip.storedBytes)) {
    throw new BundleError('zip-bomb', { path, detail: 'ratio' });
  }
  const end = Math.min(dataEnd, earliestEnd(zip) + 0xffff);
  const bytes = await readRange(source, zip.offset, end - zip.offset, signal);
  const start = dataOffsetOf(zip, bytes) - zip.offset;
  const stored = bytes.subarray(start, start + zip.storedBytes);
  if (stored.length !== zip.storedBytes) throw new BundleError('truncated', { path });
  return zip.method === STORED ? stored.slice() : inflateEntry(stored, zip.plainBytes, path, signal);
}

/** The format number is looked at before all else: what a later format looks like is not ours to judge. */
function parseManifest(bytes: Uint8Array): Manifest {
  const path = MANIFEST_PATH;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new BundleError('manifest-invalid', { path, detail: 'not JSON', cause });
  }
  const versioned = v.safeParse(v.looseObject({ format: v.pipe(v.number(), v.integer(), v.minValue(1)) }), value);
  if (!versioned.success) throw new BundleError('manifest-invalid', { path, detail: 'format' });
  if (versioned.output.format > FORMAT) {
    throw new BundleError('from-the-future', { path, detail: `format ${versioned.output.format}` });
  }
  if (hasTooManyEntries(value)) throw new BundleError('too-many-entries', { path });
  const result = v.safeParse(manifestSchema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw new BundleError('manifest-invalid', { path, detail: v.getDotPath(result.issues[0]) ?? undefined });
}

function hasTooManyEntries(value: unknown): boolean {
  const entries = (value as { entries?: unknown }).entries;
  return Array.isArray(entries) && entries.length > MAX_ENTRIES;
}

/** What the schema cannot say about the sources; without them entries still can be read. */
function* sourceProblems(manifest: Manifest): Generator<BundleProblem> {
  const seen = new Set<string>();
  for (const { id, anchors } of manifest.sources) {
    if (seen.has(id)) yield problem('manifest-invalid', { path: MANIFEST_PATH, detail: `two sources ${id}` });
    seen.add(id);
    if (anchors.some((anchor, i) => anchor.monoMs < (anchors[i - 1]?.monoMs ?? 0))) {
      yield problem('manifest-invalid', { path: MANIFEST_PATH, detail: `anchors of ${id}` });
    }
  }
}

import { MAX_BUNDLE_PLAIN_BYTES, MAX_DEFLATE_RATIO, MAX_ENTRY_BYTES } from '../constants.js';
import { earliestEnd, type ZipEntry } from './directory.js';
import { ENCODING_DEFLATE, ENCODING_STORE } from './encoding.js';
import { foldPath, isInsidePath, RESERVED_PATHS } from './entry-path.js';
import { BundleError, problem, type BundleErrorCode, type BundleProblem } from './errors.js';
import type { Manifest, ManifestEntry } from './manifest.js';
import {
  DEFLATED,
  FLAG_ENCRYPTED,
  FLAG_MASKED_DIRECTORY,
  FLAG_PATCHED,
  FLAG_STRONG_ENCRYPTION,
  STORED,
} from './zip-records.js';

const FLAGS_UNREADABLE = FLAG_ENCRYPTED | FLAG_PATCHED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED_DIRECTORY;
/** What deflate may add to a small or random input, with room to spare: a stream that is longer hides something. */
const DEFLATE_SLACK_BYTES = 1024;

/** The zip's entries by name, each with where the next one begins, and those that may not be read. */
export interface Contents {
  readonly byName: ReadonlyMap<string, ZipEntry>;
  readonly problems: ReadonlyMap<string, BundleProblem>;
}

/**
 * Sorts out names and places: paths that point outside, two entries of one name, entries that lie over one another. What
 * reaches over `dataEnd`, where the directory or a cut is, gets `codeAtEnd`.
 */
export function checkContents(
  entries: readonly ZipEntry[],
  dataEnd: number,
  codeAtEnd: 'wrong-size' | 'truncated',
): Contents {
  const byName = new Map<string, ZipEntry>();
  const byFoldedName = new Map<string, ZipEntry>();
  const problems = new Map<string, BundleProblem>();
  const mark = (code: BundleErrorCode, path: string, detail?: string): void => {
    if (!problems.has(path)) problems.set(path, problem(code, { path, detail }));
  };
  for (const entry of entries) {
    const { name } = entry;
    if (isFolder(entry)) continue;
    if (!isInsidePath(name)) mark('path-traversal', name);
    const twin = byFoldedName.get(foldPath(name));
    if (twin !== undefined) {
      mark('duplicate-name', name);
      mark('duplicate-name', twin.name);
    }
    byFoldedName.set(foldPath(name), entry);
    byName.set(name, entry);
  }
  let last: ZipEntry | undefined;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (last !== undefined && entry.offset < earliestEnd(last)) {
      mark('zip-bomb', entry.name, 'overlaps');
      mark('zip-bomb', last.name, 'overlaps');
    }
    if (earliestEnd(entry) > dataEnd) mark(codeAtEnd, entry.name, 'reaches over the end of the data');
    if (last === undefined || earliestEnd(entry) > earliestEnd(last)) last = entry;
  }
  return { byName, problems };
}

/** Tools that pack a folder again add these; they hold nothing. */
function isFolder(entry: ZipEntry): boolean {
  return (
    entry.name.endsWith('/') &&
    entry.plainBytes === 0 &&
    entry.storedBytes === 0 &&
    isInsidePath(entry.name.slice(0, -1))
  );
}

export function unlistedNames(contents: Contents, manifest: Manifest): string[] {
  const listed = new Set(manifest.entries.map(({ path }) => path));
  return [...contents.byName.keys()].filter((name) => !listed.has(name) && !RESERVED_PATHS.has(name));
}

/** Holds the manifest against the zip. Throws `zip-bomb` when all together would unpack to more than a bundle may. */
export function checkManifest(manifest: Manifest, contents: Contents): Map<string, BundleProblem> {
  const problems = new Map<string, BundleProblem>();
  const sources = new Set(manifest.sources.map(({ id }) => id));
  const seen = new Set<string>();
  let plainBytes = 0;
  for (const entry of manifest.entries) {
    plainBytes += entry.bytes;
    const folded = foldPath(entry.path);
    const wrong = seen.has(folded)
      ? problem('duplicate-name', { path: entry.path, detail: 'in the manifest' })
      : entryProblem(entry, contents, sources);
    seen.add(folded);
    if (wrong !== undefined) problems.set(entry.path, wrong);
  }
  if (plainBytes > MAX_BUNDLE_PLAIN_BYTES) throw new BundleError('zip-bomb', { detail: 'plain bytes of all entries' });
  return problems;
}

function entryProblem(
  entry: ManifestEntry,
  contents: Contents,
  sources: ReadonlySet<string>,
): BundleProblem | undefined {
  const { path } = entry;
  if (!isInsidePath(path)) return problem('path-traversal', { path });
  if (RESERVED_PATHS.has(foldPath(path))) return problem('duplicate-name', { path, detail: 'reserved' });
  if (!sources.has(entry.source)) return problem('manifest-invalid', { path, detail: 'source' });
  if (entry.endMs < entry.startMs) return problem('manifest-invalid', { path, detail: 'endMs' });
  const zip = contents.byName.get(path);
  if (zip === undefined) return problem('missing-entry', { path });
  return contents.problems.get(path) ?? packingProblem(entry, zip);
}

/** How it is packed: sizes are bounded here, before anything is read or allocated. */
function packingProblem(entry: ManifestEntry, zip: ZipEntry): BundleProblem | undefined {
  const { path, bytes, storedBytes, encoding } = entry;
  const isDeflate = encoding === ENCODING_DEFLATE;
  if (Math.max(bytes, storedBytes, zip.plainBytes, zip.storedBytes) > MAX_ENTRY_BYTES)
    return problem('zip-bomb', { path });
  if (zip.storedBytes !== storedBytes) return problem('wrong-size', { path, detail: 'stored bytes' });
  if (zip.plainBytes !== (isDeflate ? bytes : storedBytes))
    return problem('wrong-size', { path, detail: 'plain bytes' });
  if ((zip.flags & FLAGS_UNREADABLE) !== 0) return problem('unsupported-encoding', { path, detail: 'flags' });
  if (zip.method !== (isDeflate ? DEFLATED : STORED))
    return problem('unsupported-encoding', { path, detail: 'method' });
  if (isDeflate)
    return isRatioPossible(bytes, storedBytes) ? undefined : problem('zip-bomb', { path, detail: 'ratio' });
  if (encoding !== ENCODING_STORE) return problem('unsupported-encoding', { path, detail: encoding });
  return bytes === storedBytes ? undefined : problem('wrong-size', { path, detail: 'plain bytes' });
}

/** Whether honest deflate could make `storedBytes` of `plainBytes`. */
export function isRatioPossible(plainBytes: number, storedBytes: number): boolean {
  return (
    plainBytes <= storedBytes * MAX_DEFLATE_RATIO + DEFLATE_SLACK_BYTES &&
    storedBytes <= plainBytes * 2 + DEFLATE_SLACK_BYTES
  );
}

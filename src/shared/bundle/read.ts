import type { Bundle, OpenOptions } from './bundle.js';
import { readRange, type ByteSource } from './byte-source.js';
import { checkContents, checkManifest, unlistedNames, type Contents } from './check-entries.js';
import { parseDirectory, type ZipEntry } from './directory.js';
import { findDirectory, TAIL_BYTES } from './directory-end.js';
import { BundleError, problem, type BundleProblem } from './errors.js';
import { readManifest } from './read-manifest.js';
import { OpenBundle } from './open-bundle.js';
import { walkEntries } from './salvage.js';
import { DIRECTORY_END, LOCAL_HEADER } from './zip-records.js';

/** Read together with the tail, in the hope that it holds the whole manifest: 1,000 entries take 100 KB. */
const HEAD_BYTES = 128 * 1024;

/**
 * Opens a bundle by its directory and its manifest: two reads at the same time for the usual report, one for a small one.
 * Rejects with a BundleError when nothing can be shown; otherwise what is wrong is in `problems`.
 */
export async function openBundle(source: ByteSource, options: OpenOptions = {}): Promise<Bundle> {
  return openForChecks(source, options);
}

/** The same, with what only `verifyBundle` asks for. */
export async function openForChecks(source: ByteSource, options: OpenOptions): Promise<OpenBundle> {
  const { signal } = options;
  const edges = await readEdges(source, signal);
  const found = await findEntries(edges, options);
  const contents = checkContents(found.entries, found.dataEnd, found.isSalvaged ? 'truncated' : 'wrong-size');
  const {
    manifest,
    manifestBytes,
    problems: manifestProblems,
  } = await readManifest(edges, contents, found.dataEnd, signal);
  const entryProblems = checkManifest(manifest, contents);
  return new OpenBundle({
    source: edges,
    manifest,
    manifestBytes,
    contents,
    dataEnd: found.dataEnd,
    entryProblems,
    problems: [
      ...found.problems,
      ...manifestProblems,
      ...entryProblems.values(),
      ...problemsOfUnlisted(contents, entryProblems),
    ],
    unknown: unlistedNames(contents, manifest),
    isSalvaged: found.isSalvaged,
  });
}

interface Found {
  readonly entries: ZipEntry[];
  readonly dataEnd: number;
  readonly isSalvaged: boolean;
  readonly problems: BundleProblem[];
}

async function findEntries(edges: Edges, { signal, salvage }: OpenOptions): Promise<Found> {
  checkStart(edges.head);
  try {
    const place = findDirectory(edges.tail, edges.size);
    const directory = await readRange(edges, place.offset, place.bytes, signal);
    return { entries: parseDirectory(directory, place), dataEnd: place.offset, isSalvaged: false, problems: [] };
  } catch (error) {
    if (salvage !== true || !(error instanceof BundleError) || error.code !== 'truncated') throw error;
    const entries = await walkEntries(edges, signal);
    if (entries.length === 0) throw error;
    const problems = [problem('truncated', { detail: error.detail, cause: error })];
    return { entries, dataEnd: edges.size, isSalvaged: true, problems };
  }
}

/** A bundle is a zip from its first byte on. */
function checkStart(head: Uint8Array): void {
  if (head.length < 4) throw new BundleError('not-a-zip', { detail: 'too short' });
  const signature = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (signature === DIRECTORY_END) throw new BundleError('missing-entry', { detail: 'an empty zip' });
  if (signature !== LOCAL_HEADER) throw new BundleError('not-a-zip');
}

/** Names that the manifest does not list are not read, but a hostile one is told of. */
function* problemsOfUnlisted(contents: Contents, listed: ReadonlyMap<string, BundleProblem>): Generator<BundleProblem> {
  for (const [name, wrong] of contents.problems) if (!listed.has(name)) yield wrong;
}

interface Edges extends ByteSource {
  readonly head: Uint8Array<ArrayBuffer>;
  readonly tail: Uint8Array<ArrayBuffer>;
}

/** A source whose first and last bytes are here already. */
async function readEdges(source: ByteSource, signal?: AbortSignal): Promise<Edges> {
  const { size } = source;
  const isSmall = size <= HEAD_BYTES + TAIL_BYTES;
  const tailOffset = isSmall ? 0 : size - TAIL_BYTES;
  const [first, last] = await Promise.all([
    readRange(source, 0, isSmall ? size : HEAD_BYTES, signal),
    isSmall ? undefined : readRange(source, tailOffset, TAIL_BYTES, signal),
  ]);
  const head = first;
  const tail = last ?? first;
  return {
    size,
    head,
    tail,
    read(offset, length, readSignal) {
      if (offset + length <= head.length) return Promise.resolve(head.subarray(offset, offset + length));
      if (offset >= tailOffset)
        return Promise.resolve(tail.subarray(offset - tailOffset, offset - tailOffset + length));
      return source.read(offset, length, readSignal);
    },
  };
}

import type { DomEvent, LaneEvent } from '../session/lane.js';
import type { Bundle, ChainRead, ReadOptions } from './bundle.js';
import { readRange, type ByteSource } from './byte-source.js';
import type { Contents } from './check-entries.js';
import { earliestEnd, type ZipEntry } from './directory.js';
import { ENCODING_DEFLATE } from './encoding.js';
import { BundleError, type BundleProblem } from './errors.js';
import { inflateEntry } from './inflate.js';
import { dataOffsetOf } from './local-header.js';
import type { Manifest, ManifestEntry } from './manifest.js';
import { parseDomLines, parseLaneLines, type ParsedLines } from './parse-lines.js';
import { sha256Hex } from './sha256.js';
import { checkSignature, type SignatureCheck } from './signature.js';

/** A local header may have an extra field that the directory does not tell of: name and extra, 16 bits of length each. */
const HEADER_SLACK_BYTES = 0xffff;
/** Entries closer to one another than this are read together: a round trip costs more than these bytes. */
const COALESCE_GAP_BYTES = 16 * 1024;
/** ... up to this much in one read, so that a chain of any length takes bounded memory. */
const COALESCE_MAX_BYTES = 32 * 1024 * 1024;
/** Large entries come in pieces of this size. */
const PIECE_BYTES = 1024 * 1024;

export interface BundleParts {
  readonly source: ByteSource;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  readonly contents: Contents;
  /** Where the entries' data ends. */
  readonly dataEnd: number;
  readonly entryProblems: ReadonlyMap<string, BundleProblem>;
  readonly problems: readonly BundleProblem[];
  readonly unknown: readonly string[];
  readonly isSalvaged: boolean;
}

/** A place in the file: an entry with its header, up to where the next one begins. */
interface Extent {
  /** The manifest's own: what a caller hands in only names it. */
  readonly listed: ManifestEntry;
  readonly zip: ZipEntry;
  readonly offset: number;
  readonly end: number;
}

export class OpenBundle implements Bundle {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  readonly problems: readonly BundleProblem[];
  readonly unknown: readonly string[];
  readonly isSalvaged: boolean;
  readonly #source: ByteSource;
  readonly #contents: Contents;
  readonly #dataEnd: number;
  readonly #entryProblems: ReadonlyMap<string, BundleProblem>;
  readonly #byPath: ReadonlyMap<string, ManifestEntry>;
  readonly #ends: ReadonlyMap<ZipEntry, number>;

  constructor(parts: BundleParts) {
    this.manifest = parts.manifest;
    this.manifestBytes = parts.manifestBytes;
    this.problems = parts.problems;
    this.unknown = parts.unknown;
    this.isSalvaged = parts.isSalvaged;
    this.#source = parts.source;
    this.#contents = parts.contents;
    this.#dataEnd = parts.dataEnd;
    this.#entryProblems = parts.entryProblems;
    this.#byPath = new Map(parts.manifest.entries.map((entry) => [entry.path, entry]));
    this.#ends = endsOf([...parts.contents.byName.values()], parts.dataEnd);
  }

  entry(path: string): ManifestEntry | undefined {
    return this.#byPath.get(path);
  }

  problemOf(entry: ManifestEntry): BundleProblem | undefined {
    return this.#entryProblems.get(entry.path);
  }

  async readStored(entry: ManifestEntry, options: Pick<ReadOptions, 'signal'> = {}): Promise<Uint8Array<ArrayBuffer>> {
    const extent = this.#extentOf(entry);
    const bytes = await readRange(this.#source, extent.offset, extent.end - extent.offset, options.signal);
    // A copy: what a source answers may be a view of bytes that others hold, too.
    return storedOf(extent, bytes).slice();
  }

  async readPlain(entry: ManifestEntry, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const extent = this.#readableExtentOf(entry);
    const bytes = await readRange(this.#source, extent.offset, extent.end - extent.offset, options.signal);
    return plainOf(extent, bytes, options);
  }

  async *readChain(
    entries: readonly ManifestEntry[],
    options: ReadOptions = {},
  ): AsyncGenerator<ChainRead, void, void> {
    for (const run of this.#runsOf(entries)) {
      if ('error' in run) {
        yield run;
        continue;
      }
      const bytes = await readRange(this.#source, run.offset, run.end - run.offset, options.signal);
      for (const { entry, extent } of run.parts) {
        yield await decode(entry, extent, bytes.subarray(extent.offset - run.offset, extent.end - run.offset), options);
      }
    }
  }

  async readDomEvents(entry: ManifestEntry, options?: ReadOptions): Promise<ParsedLines<DomEvent>> {
    return parseDomLines(await this.readPlain(entry, options));
  }

  async readLaneEvents(entry: ManifestEntry, options?: ReadOptions): Promise<ParsedLines<LaneEvent>> {
    return parseLaneLines(await this.readPlain(entry, options), entry.lane);
  }

  async *storedPieces(
    entry: ManifestEntry,
    options: Pick<ReadOptions, 'signal'> = {},
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { zip, offset, end } = this.#extentOf(entry);
    const first = await readRange(this.#source, offset, Math.min(PIECE_BYTES, end - offset), options.signal);
    const dataOffset = dataOffsetOf(zip, first);
    const dataEnd = dataOffset + zip.storedBytes;
    if (dataEnd > end) throw new BundleError('zip-bomb', { path: entry.path, detail: 'overlaps' });
    const head = first.subarray(dataOffset - offset, Math.min(first.length, dataEnd - offset));
    if (head.length > 0) yield head;
    for (let at = offset + first.length; at < dataEnd; at += PIECE_BYTES) {
      yield await readRange(this.#source, at, Math.min(PIECE_BYTES, dataEnd - at), options.signal);
    }
  }

  checkSignature(signal?: AbortSignal): Promise<SignatureCheck> {
    const { manifest, manifestBytes } = this;
    const [source, contents, dataEnd] = [this.#source, this.#contents, this.#dataEnd];
    return checkSignature({ source, contents, dataEnd, manifest, manifestBytes }, signal);
  }

  /** The CRC-32 that the zip's directory gives. */
  crc32Of(entry: ManifestEntry): number | undefined {
    return this.#contents.byName.get(entry.path)?.crc32;
  }

  #readableExtentOf(entry: ManifestEntry): Extent {
    const wrong = this.problemOf(entry);
    if (wrong !== undefined) throw new BundleError(wrong.code, wrong);
    return this.#extentOf(entry);
  }

  /** Of an entry in an encoding that only a later version knows, the stored bytes can be had all the same. */
  #extentOf(entry: ManifestEntry): Extent {
    const wrong = this.problemOf(entry);
    const listed = this.#byPath.get(entry.path);
    const zip = this.#contents.byName.get(entry.path);
    if (wrong !== undefined && wrong.code !== 'unsupported-encoding') throw new BundleError(wrong.code, wrong);
    if (listed === undefined || zip === undefined) throw new BundleError('missing-entry', { path: entry.path });
    const end = Math.min(this.#ends.get(zip) ?? 0, earliestEnd(zip) + HEADER_SLACK_BYTES);
    return { listed, zip, offset: zip.offset, end };
  }

  /** Groups entries that lie side by side. */
  *#runsOf(entries: readonly ManifestEntry[]): Generator<Run | Extract<ChainRead, { error: BundleError }>> {
    let run: Run | undefined;
    for (const entry of entries) {
      let extent: Extent;
      try {
        extent = this.#readableExtentOf(entry);
      } catch (error) {
        if (!(error instanceof BundleError)) throw error;
        if (run !== undefined) yield run;
        run = undefined;
        yield { entry, error };
        continue;
      }
      const gap = run === undefined ? 0 : extent.offset - run.end;
      if (run !== undefined && gap >= 0 && gap <= COALESCE_GAP_BYTES && extent.end - run.offset <= COALESCE_MAX_BYTES) {
        run.end = extent.end;
        run.parts.push({ entry, extent });
        continue;
      }
      if (run !== undefined) yield run;
      run = { offset: extent.offset, end: extent.end, parts: [{ entry, extent }] };
    }
    if (run !== undefined) yield run;
  }
}

interface Run {
  readonly offset: number;
  end: number;
  readonly parts: { readonly entry: ManifestEntry; readonly extent: Extent }[];
}

/** Where each entry's bytes end at the latest: where the next one begins. */
function endsOf(entries: ZipEntry[], dataEnd: number): Map<ZipEntry, number> {
  entries.sort((a, b) => a.offset - b.offset);
  return new Map(entries.map((entry, i) => [entry, entries[i + 1]?.offset ?? dataEnd]));
}

function storedOf(extent: Extent, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = dataOffsetOf(extent.zip, bytes) - extent.offset;
  if (start + extent.zip.storedBytes > bytes.length) {
    throw new BundleError('zip-bomb', { path: extent.zip.name, detail: 'overlaps' });
  }
  return bytes.subarray(start, start + extent.zip.storedBytes);
}

async function plainOf(
  extent: Extent,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { path, encoding, bytes: plainBytes, sha256, storedSha256 } = extent.listed;
  const stored = storedOf(extent, bytes);
  const isDeflate = encoding === ENCODING_DEFLATE;
  // First the packed bytes: what is only damaged is not to be called a bomb for what it unpacks to.
  if (options.verify !== false && (await sha256Hex(stored)) !== storedSha256) {
    throw new BundleError('wrong-hash', { path, detail: 'stored bytes' });
  }
  const plain = isDeflate ? await inflateEntry(stored, plainBytes, path, options.signal) : stored.slice();
  if (options.verify !== false && (await sha256Hex(plain)) !== sha256) {
    throw new BundleError('wrong-hash', { path, detail: 'plain bytes' });
  }
  options.signal?.throwIfAborted();
  return plain;
}

async function decode(
  entry: ManifestEntry,
  extent: Extent,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadOptions,
): Promise<ChainRead> {
  try {
    return { entry, plain: await plainOf(extent, bytes, options) };
  } catch (error) {
    if (error instanceof BundleError) return { entry, error };
    throw error;
  }
}

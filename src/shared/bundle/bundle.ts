import type { DomEvent, LaneEvent } from '../session/lane.js';
import type { BundleError, BundleProblem } from './errors.js';
import type { Manifest, ManifestEntry } from './manifest.js';
import type { ParsedLines } from './parse-lines.js';
import type { SignatureCheck } from './signature.js';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Compare the content with the manifest's SHA-256. Default true. */
  readonly verify?: boolean | undefined;
}

/** One entry of a chain: its content, or why there is none. */
export type ChainRead =
  | { readonly entry: ManifestEntry; readonly plain: Uint8Array<ArrayBuffer>; readonly error?: undefined }
  | { readonly entry: ManifestEntry; readonly plain?: undefined; readonly error: BundleError };

/** An open bundle. Entries are read one by one or chain by chain, never all; nothing is kept but manifest and directory. */
export interface Bundle {
  readonly manifest: Manifest;
  /** What is wrong with it, as far as the directory and the manifest tell: each about one entry, or about the whole. */
  readonly problems: readonly BundleProblem[];
  /** Names in the zip that the manifest does not list and the format does not reserve. They are never read. */
  readonly unknown: readonly string[];
  /** It was read by walking its entries, because its directory is lost. */
  readonly isSalvaged: boolean;
  entry(path: string): ManifestEntry | undefined;
  /** Why an entry cannot be read, as far as it is known without reading it. */
  problemOf(entry: ManifestEntry): BundleProblem | undefined;
  /** The bytes as they lie in the file. Rejects with a BundleError. */
  readStored(entry: ManifestEntry, options?: Pick<ReadOptions, 'signal'>): Promise<Uint8Array<ArrayBuffer>>;
  /** The content: unpacked, size and hash checked. Rejects with a BundleError. */
  readPlain(entry: ManifestEntry, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The contents of several entries in the given order; those that lie side by side come by one read. One bad entry does
   * not stop the rest.
   */
  readChain(entries: readonly ManifestEntry[], options?: ReadOptions): AsyncGenerator<ChainRead, void, void>;
  /** rrweb events of a dom entry. Rejects with a BundleError; bad lines are counted. */
  readDomEvents(entry: ManifestEntry, options?: ReadOptions): Promise<ParsedLines<DomEvent>>;
  /** Our own events, of any other lane that has lines. Rejects with a BundleError; bad lines are counted. */
  readLaneEvents(entry: ManifestEntry, options?: ReadOptions): Promise<ParsedLines<LaneEvent>>;
  /** The manifest's exact bytes: what a signature covers. */
  readonly manifestBytes: Uint8Array<ArrayBuffer>;
  /** Whose install made it, and whether the manifest changed since. Rejects only when the source cannot be read. */
  checkSignature(signal?: AbortSignal): Promise<SignatureCheck>;
}

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** When the end of the file is lost, show what is left: `truncated` becomes a problem in place of an error. */
  readonly salvage?: boolean | undefined;
}

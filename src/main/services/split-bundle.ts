import { dirname } from 'node:path';
import type { OpenBundle } from '../../shared/bundle/open-bundle.js';
import type { ManifestEntry } from '../../shared/bundle/manifest.js';
import { openForChecks } from '../../shared/bundle/read.js';
import { planBundle, type SealedEntry } from '../../shared/bundle/write.js';
import type { Part } from '../../shared/report/report.js';
import { openFileSource } from '../../store/file-source.js';
import { syncFile, syncFolder, writeFileStream, type FileSystem } from './durable-file.js';
import { firstEntries } from './first-entries.js';
import type { InstallIdentity } from './identity.js';

/** What is small anyway is sent in one. */
const SPLIT_FROM_BYTES = 1024 * 1024;
/** Into how many a bundle is split. */
export const PARTS = 2;

export interface SplitOptions {
  readonly fs: FileSystem;
  readonly whole: { readonly path: string; readonly bytes: number };
  readonly partPath: (number: number) => string;
  /** Who signs the parts: each is a bundle of its own. */
  readonly identity: Pick<InstallIdentity, 'keys' | 'signer'>;
}

/**
 * Splits a bundle into a small first part, which says most, and one with the rest: two bundles with the same head and no
 * segment in common. Both are durable when it resolves. Undefined: it is better sent in one. Rejects with a BundleError where
 * the file is not what it was.
 */
export async function splitBundle({ fs, whole, partPath, identity }: SplitOptions): Promise<Part[] | undefined> {
  if (whole.bytes < SPLIT_FROM_BYTES) return undefined;
  const source = await openFileSource(whole.path);
  try {
    const bundle = await openForChecks(source, {});
    const first = firstEntries(bundle.manifest);
    const rest = bundle.manifest.entries.filter((entry) => !first.has(entry));
    const firstBytes = [...first].reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    // A first part that is nearly all would only be another file to handle.
    if (first.size === 0 || rest.length === 0 || firstBytes > whole.bytes / 2) return undefined;
    const parts: Part[] = [];
    for (const [number, entries] of [[...first], rest].entries()) {
      const path = partPath(number);
      parts.push({ number, ...(await writeFileStream(fs, path, await piecesOf(bundle, entries, identity))) });
      await syncFile(fs, path);
    }
    await syncFolder(fs, dirname(whole.path));
    return parts;
  } finally {
    await source.close();
  }
}

async function piecesOf(
  bundle: OpenBundle,
  entries: readonly ManifestEntry[],
  { keys, signer }: SplitOptions['identity'],
): Promise<AsyncIterable<Uint8Array>> {
  const named = new Set(entries.map(({ source }) => source));
  const { session, createdMs, range, description, commands, sources } = bundle.manifest;
  const head = {
    session,
    createdMs,
    range,
    sources: sources.filter(({ id }) => named.has(id)),
    install: keys,
    ...(description === undefined ? {} : { description }),
    ...(commands === undefined ? {} : { commands }),
  };
  const sealed: SealedEntry[] = entries.map((manifest) => ({ manifest, crc32: bundle.crc32Of(manifest) ?? 0 }));
  const plan = await planBundle(head, sealed, signer);
  return plan.write(({ manifest }) => bundle.readStored(manifest));
}

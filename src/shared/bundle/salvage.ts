import { MAX_ENTRIES } from '../constants.js';
import { readRange, type ByteSource } from './byte-source.js';
import type { ZipEntry } from './directory.js';
import { parseLocalHeader } from './local-header.js';
import { FLAG_DESCRIPTOR, LOCAL_HEADER_BYTES } from './zip-records.js';

/** A header with the longest name and extra field that zip knows. */
const MAX_LOCAL_HEADER_BYTES = LOCAL_HEADER_BYTES + 2 * 0xffff;
/** How much is read at a time: many small entries at once, and not much for nothing between large ones. */
const WINDOW_BYTES = 32 * 1024;

/**
 * The entries of a zip whose directory is lost, by walking from local header to local header until one is none. The last
 * one may reach over the end of what is left.
 */
export async function walkEntries(source: ByteSource, signal?: AbortSignal): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  let window = new Uint8Array(0);
  let windowOffset = 0;
  for (let offset = 0; offset < source.size && entries.length < MAX_ENTRIES;) {
    let local = parseLocalHeader(window, offset - windowOffset, offset);
    for (const bytes of [WINDOW_BYTES, MAX_LOCAL_HEADER_BYTES]) {
      if (local !== undefined) break;
      window = await readRange(source, offset, Math.min(bytes, source.size - offset), signal);
      windowOffset = offset;
      local = parseLocalHeader(window, 0, offset);
    }
    // Without its sizes in the header (they follow the data) there is no telling where the next one begins.
    if (local === undefined || (local.entry.flags & FLAG_DESCRIPTOR) !== 0) break;
    entries.push(local.entry);
    offset = local.dataOffset + local.entry.storedBytes;
  }
  return entries;
}

import { BundleError } from './errors.js';
import type { DirectoryPlace } from './directory-end.js';
import {
  DIRECTORY_RECORD,
  DIRECTORY_RECORD_BYTES,
  FLAG_UTF8,
  IN_ZIP64_32,
  LOCAL_HEADER_BYTES,
  ZIP64_EXTRA,
} from './zip-records.js';

/** An entry as the zip's directory (or, of a salvaged bundle, its own local header) describes it. */
export interface ZipEntry {
  readonly name: string;
  readonly nameBytes: number;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  /** Of its local header. */
  readonly offset: number;
}

/** The records of a directory. Throws `truncated` when they are not as many, or not as long, as its end says. */
export function parseDirectory(bytes: Uint8Array, place: DirectoryPlace): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < place.count; i++) {
    if (at + DIRECTORY_RECORD_BYTES > bytes.length || view.getUint32(at, true) !== DIRECTORY_RECORD) throw damaged();
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const extraAt = at + DIRECTORY_RECORD_BYTES + nameBytes;
    const next = extraAt + extraBytes + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged();
    const flags = view.getUint16(at + 8, true);
    const [plainBytes, storedBytes, offset] = withZip64(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      new DataView(bytes.buffer, bytes.byteOffset + extraAt, extraBytes),
    );
    entries.push({
      name: decodeName(bytes.subarray(extraAt - nameBytes, extraAt), flags),
      nameBytes,
      flags,
      method: view.getUint16(at + 10, true),
      crc32: view.getUint32(at + 16, true),
      plainBytes,
      storedBytes,
      offset,
    });
    at = next;
  }
  if (at !== bytes.length) throw damaged();
  return entries;
}

function damaged(): BundleError {
  return new BundleError('truncated', { detail: 'the directory is damaged' });
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A name as text. One that is no UTF-8, or says that it is in an old code page, gets replacement characters: no manifest
 * lists such a name, so its entry is unknown and stays unread.
 */
export function decodeName(name: Uint8Array, flags: number): string {
  const text = utf8.decode(name);
  if ((flags & FLAG_UTF8) !== 0) return text;
  // eslint-disable-next-line no-control-regex -- the range is ASCII as a whole
  return text.replace(/[^\u0000-\u007f]/gu, '\ufffd');
}

/** The fields that are "in the zip64 extra field", from there, in zip's order. */
export function withZip64<const T extends readonly number[]>(
  fields: T,
  extra: DataView,
): { -readonly [K in keyof T]: number } {
  const values = [...fields];
  let at = 0;
  while (at + 4 <= extra.byteLength) {
    const bytes = extra.getUint16(at + 2, true);
    const end = at + 4 + bytes;
    if (end > extra.byteLength) break;
    if (extra.getUint16(at, true) === ZIP64_EXTRA) {
      let valueAt = at + 4;
      for (const [i, value] of values.entries()) {
        if (value !== IN_ZIP64_32 || valueAt + 8 > end) continue;
        values[i] = Number(extra.getBigUint64(valueAt, true));
        valueAt += 8;
      }
      break;
    }
    at = end;
  }
  return values as { -readonly [K in keyof T]: number };
}

/** Where an entry's data ends at the earliest: its local header may have a longer extra field than ours has. */
export function earliestEnd(entry: ZipEntry): number {
  return entry.offset + LOCAL_HEADER_BYTES + entry.nameBytes + entry.storedBytes;
}

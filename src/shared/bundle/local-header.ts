import { decodeName, withZip64, type ZipEntry } from './directory.js';
import { BundleError } from './errors.js';
import { FLAG_DESCRIPTOR, LOCAL_HEADER, LOCAL_HEADER_BYTES } from './zip-records.js';

/** An entry by its local header alone, and where its data begins; undefined: there is none at `at`, or not all of it. */
export function parseLocalHeader(
  bytes: Uint8Array,
  at: number,
  offset: number,
): { readonly entry: ZipEntry; readonly dataOffset: number } | undefined {
  if (at + LOCAL_HEADER_BYTES > bytes.length) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(at, true) !== LOCAL_HEADER) return undefined;
  const nameBytes = view.getUint16(at + 26, true);
  const extraBytes = view.getUint16(at + 28, true);
  const extraAt = at + LOCAL_HEADER_BYTES + nameBytes;
  if (extraAt + extraBytes > bytes.length) return undefined;
  const flags = view.getUint16(at + 6, true);
  const [plainBytes, storedBytes] = withZip64(
    [view.getUint32(at + 22, true), view.getUint32(at + 18, true)],
    new DataView(bytes.buffer, bytes.byteOffset + extraAt, extraBytes),
  );
  const entry = {
    name: decodeName(bytes.subarray(extraAt - nameBytes, extraAt), flags),
    nameBytes,
    flags,
    method: view.getUint16(at + 8, true),
    crc32: view.getUint32(at + 14, true),
    plainBytes,
    storedBytes,
    offset,
  };
  return { entry, dataOffset: offset + LOCAL_HEADER_BYTES + nameBytes + extraBytes };
}

/**
 * Where an entry's data begins, by the bytes that start with its local header. Throws when that header is not the one that
 * the directory describes: `missing-entry`, `wrong-size`, `wrong-hash`, `unsupported-encoding`.
 */
export function dataOffsetOf(entry: ZipEntry, bytes: Uint8Array): number {
  const local = parseLocalHeader(bytes, 0, entry.offset);
  if (local?.entry.name !== entry.name)
    throw new BundleError('missing-entry', { path: entry.name, detail: 'local header' });
  const { flags, method, crc32, plainBytes, storedBytes } = local.entry;
  if (flags !== entry.flags || method !== entry.method) {
    throw new BundleError('unsupported-encoding', { path: entry.name, detail: 'local header' });
  }
  if ((flags & FLAG_DESCRIPTOR) === 0) {
    if (plainBytes !== entry.plainBytes || storedBytes !== entry.storedBytes) {
      throw new BundleError('wrong-size', { path: entry.name, detail: 'local header' });
    }
    if (crc32 !== entry.crc32) throw new BundleError('wrong-hash', { path: entry.name, detail: 'local header' });
  }
  return local.dataOffset;
}

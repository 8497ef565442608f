// The records of a zip file that a bundle uses (PKWARE APPNOTE 6.3.10), little-endian throughout.

export const LOCAL_HEADER = 0x04034b50;
export const DIRECTORY_RECORD = 0x02014b50;
export const ZIP64_END = 0x06064b50;
export const ZIP64_LOCATOR = 0x07064b50;
export const DIRECTORY_END = 0x06054b50;

/** Sizes of the records without their variable ends. */
export const LOCAL_HEADER_BYTES = 30;
export const DIRECTORY_RECORD_BYTES = 46;
export const ZIP64_END_BYTES = 56;
export const ZIP64_LOCATOR_BYTES = 20;
export const DIRECTORY_END_BYTES = 22;

export const STORED = 0;
export const DEFLATED = 8;

export const FLAG_ENCRYPTED = 0x0001;
/** Sizes and CRC follow the data; the local header has zeros. Readers accept it, writers do not use it. */
export const FLAG_DESCRIPTOR = 0x0008;
export const FLAG_PATCHED = 0x0020;
export const FLAG_STRONG_ENCRYPTION = 0x0040;
/** The name is UTF-8. */
export const FLAG_UTF8 = 0x0800;
export const FLAG_MASKED_DIRECTORY = 0x2000;

export const ZIP64_EXTRA = 0x0001;
/** In a 16 or 32 bit field: the value is in the zip64 record or extra field. */
export const IN_ZIP64_16 = 0xffff;
export const IN_ZIP64_32 = 0xffffffff;

const VERSION_DEFLATE = 20;
const VERSION_ZIP64 = 45;
/** 1980-01-01, the first day that zip knows: a bundle's times are in its manifest, not in zip's local time. */
const DOS_DATE = 0x0021;

/** What both headers of an entry say. `extra` bytes follow the name in the directory record only. */
export interface ZipRecord {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc32: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The 20 bytes that local header and directory record have in common, from "general purpose flags" up to the sizes. */
function writeCommon(view: DataView, at: number, record: ZipRecord): void {
  view.setUint16(at, FLAG_UTF8, true);
  view.setUint16(at + 2, record.method, true);
  view.setUint16(at + 4, 0, true);
  view.setUint16(at + 6, DOS_DATE, true);
  view.setUint32(at + 8, record.crc32, true);
  view.setUint32(at + 12, record.storedBytes, true);
  view.setUint32(at + 16, record.plainBytes, true);
  view.setUint16(at + 20, record.name.length, true);
}

export function localHeader(record: ZipRecord): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(LOCAL_HEADER_BYTES + record.name.length);
  const view = viewOf(bytes);
  view.setUint32(0, LOCAL_HEADER, true);
  view.setUint16(4, VERSION_DEFLATE, true);
  writeCommon(view, 6, record);
  bytes.set(record.name, LOCAL_HEADER_BYTES);
  return bytes;
}

/** Only the offset can need zip64: an entry is at most MAX_ENTRY_BYTES long. */
export function directoryRecordBytes(nameBytes: number, offset: number): number {
  return DIRECTORY_RECORD_BYTES + nameBytes + (offset >= IN_ZIP64_32 ? 12 : 0);
}

export function writeDirectoryRecord(out: Uint8Array, at: number, record: ZipRecord, offset: number): number {
  const view = viewOf(out);
  const isFar = offset >= IN_ZIP64_32;
  const version = isFar ? VERSION_ZIP64 : VERSION_DEFLATE;
  view.setUint32(at, DIRECTORY_RECORD, true);
  view.setUint16(at + 4, version, true); // made by: MS-DOS, so that no permissions of the customer's machine are in it
  view.setUint16(at + 6, version, true);
  writeCommon(view, at + 8, record);
  view.setUint16(at + 30, isFar ? 12 : 0, true);
  view.setUint32(at + 42, isFar ? IN_ZIP64_32 : offset, true);
  out.set(record.name, at + DIRECTORY_RECORD_BYTES);
  if (isFar) {
    const extra = at + DIRECTORY_RECORD_BYTES + record.name.length;
    view.setUint16(extra, ZIP64_EXTRA, true);
    view.setUint16(extra + 2, 8, true);
    view.setBigUint64(extra + 4, BigInt(offset), true);
  }
  return at + directoryRecordBytes(record.name.length, offset);
}

/** The end of the directory, with the two zip64 records before it where a count, size or offset does not fit. */
export function directoryEnd(count: number, directoryBytes: number, offset: number): Uint8Array<ArrayBuffer> {
  const needsZip64 = count >= IN_ZIP64_16 || directoryBytes >= IN_ZIP64_32 || offset >= IN_ZIP64_32;
  const zip64Bytes = needsZip64 ? ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES : 0;
  const bytes = new Uint8Array(zip64Bytes + DIRECTORY_END_BYTES);
  const view = viewOf(bytes);
  if (needsZip64) {
    view.setUint32(0, ZIP64_END, true);
    view.setBigUint64(4, BigInt(ZIP64_END_BYTES - 12), true); // what follows this field
    view.setUint16(12, VERSION_ZIP64, true);
    view.setUint16(14, VERSION_ZIP64, true);
    view.setBigUint64(24, BigInt(count), true);
    view.setBigUint64(32, BigInt(count), true);
    view.setBigUint64(40, BigInt(directoryBytes), true);
    view.setBigUint64(48, BigInt(offset), true);
    view.setUint32(56, ZIP64_LOCATOR, true);
    view.setBigUint64(64, BigInt(offset + directoryBytes), true);
    view.setUint32(72, 1, true); // number of disks
  }
  view.setUint32(zip64Bytes, DIRECTORY_END, true);
  view.setUint16(zip64Bytes + 8, Math.min(count, IN_ZIP64_16), true);
  view.setUint16(zip64Bytes + 10, Math.min(count, IN_ZIP64_16), true);
  view.setUint32(zip64Bytes + 12, Math.min(directoryBytes, IN_ZIP64_32), true);
  view.setUint32(zip64Bytes + 16, Math.min(offset, IN_ZIP64_32), true);
  return bytes;
}

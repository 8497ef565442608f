// A zip writer that writes whatever it is told, also what no honest writer would: for vectors and tests only. It is apart
// from src/shared/bundle/write.ts on purpose, so that the reader is not tested with its own mirror image.
import { deflateSync } from 'fflate';
import { crc32 } from '../../src/shared/bundle/crc32.js';

export interface RawEntry {
  readonly name: string | Uint8Array;
  /** What is in the file. Unless `isStored`, it is deflated. */
  readonly plain: Uint8Array;
  readonly isStored?: boolean;
  /** Stored bytes in place of deflated `plain`. */
  readonly stored?: Uint8Array;
  /** What both headers say in place of the truth. */
  readonly method?: number;
  readonly flags?: number;
  readonly crc32?: number;
  readonly plainBytes?: number;
  readonly storedBytes?: number;
  /** What only the local header says. */
  readonly local?: {
    readonly name?: string;
    readonly method?: number;
    readonly crc32?: number;
    readonly plainBytes?: number;
    readonly storedBytes?: number;
    readonly extraBytes?: number;
  };
  /** An extra field, in the local header only. */
  readonly localExtra?: Uint8Array;
  /** Bytes between this entry and the next. */
  readonly gapAfter?: number;
  /** The directory gives this offset in place of where it is. */
  readonly offset?: number;
  /** Sizes and offset go to the zip64 extra field whatever they are. */
  readonly isZip64?: boolean;
  /** The directory has it, the file does not. */
  readonly isMissing?: boolean;
}

export interface RawOptions {
  readonly comment?: Uint8Array;
  /** zip64 end records, and 0xffff in the fields of the old one. */
  readonly isZip64?: boolean;
  readonly count?: number;
  readonly disk?: number;
}

class Bytes {
  readonly #parts: Uint8Array[] = [];
  length = 0;

  add(part: Uint8Array): this {
    this.#parts.push(part);
    this.length += part.length;
    return this;
  }

  /** Little-endian numbers: `[value, bytes]`. */
  numbers(...fields: readonly (readonly [value: number, bytes: 2 | 4 | 8])[]): this {
    for (const [value, bytes] of fields) {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(value), true);
      this.add(new Uint8Array(view.buffer, 0, bytes));
    }
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

const FULL_32 = 0xffffffff;
const utf8 = new TextEncoder();

export function rawZip(entries: readonly RawEntry[], options: RawOptions = {}): Uint8Array<ArrayBuffer> {
  const file = new Bytes();
  const directory = new Bytes();
  for (const entry of entries) {
    const offset = entry.offset ?? file.length;
    const record = describe(entry);
    if (entry.isMissing !== true) {
      writeLocal(file, entry, record);
      file.add(record.stored).add(new Uint8Array(entry.gapAfter ?? 0));
    }
    writeRecord(directory, entry, record, offset);
  }
  const start = file.length;
  file.add(directory.done());
  return writeEnd(file, options.count ?? entries.length, directory.length, start, options);
}

function describe(entry: RawEntry) {
  const stored = entry.stored ?? (entry.isStored === true ? entry.plain : deflateSync(entry.plain));
  return {
    name: typeof entry.name === 'string' ? utf8.encode(entry.name) : entry.name,
    stored,
    flags: entry.flags ?? 0x0800,
    method: entry.method ?? (entry.isStored === true ? 0 : 8),
    crc32: entry.crc32 ?? crc32(entry.plain),
    plainBytes: entry.plainBytes ?? entry.plain.length,
    storedBytes: entry.storedBytes ?? stored.length,
  };
}

function writeLocal(file: Bytes, entry: RawEntry, record: ReturnType<typeof describe>): void {
  const { local = {} } = entry;
  const name = local.name === undefined ? record.name : utf8.encode(local.name);
  const extra = entry.localExtra ?? new Uint8Array(0);
  file
    .numbers([0x04034b50, 4], [20, 2], [record.flags, 2], [local.method ?? record.method, 2], [0, 2], [0x21, 2])
    .numbers([local.crc32 ?? record.crc32, 4], [local.storedBytes ?? record.storedBytes, 4])
    .numbers([local.plainBytes ?? record.plainBytes, 4], [name.length, 2], [local.extraBytes ?? extra.length, 2])
    .add(name)
    .add(extra);
}

function writeRecord(directory: Bytes, entry: RawEntry, record: ReturnType<typeof describe>, offset: number): void {
  const isZip64 = entry.isZip64 === true;
  const extra = new Bytes();
  // An extra field of another kind comes first: a reader has to look for the right one.
  if (isZip64) {
    extra.numbers([0x7075, 2], [3, 2]).add(new Uint8Array(3));
    extra.numbers([1, 2], [24, 2], [record.plainBytes, 8], [record.storedBytes, 8], [offset, 8]);
  }
  directory
    .numbers([0x02014b50, 4], [45, 2], [20, 2], [record.flags, 2], [record.method, 2], [0, 2], [0x21, 2])
    .numbers([record.crc32, 4], [isZip64 ? FULL_32 : record.storedBytes, 4], [isZip64 ? FULL_32 : record.plainBytes, 4])
    .numbers(
      [record.name.length, 2],
      [extra.length, 2],
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [isZip64 ? FULL_32 : offset, 4],
    )
    .add(record.name)
    .add(extra.done());
}

function writeEnd(
  file: Bytes,
  count: number,
  bytes: number,
  offset: number,
  options: RawOptions,
): Uint8Array<ArrayBuffer> {
  const isZip64 = options.isZip64 === true;
  const recordOffset = file.length;
  if (isZip64) {
    file.numbers(
      [0x06064b50, 4],
      [44, 8],
      [45, 2],
      [45, 2],
      [0, 4],
      [0, 4],
      [count, 8],
      [count, 8],
      [bytes, 8],
      [offset, 8],
    );
    file.numbers([0x07064b50, 4], [0, 4], [recordOffset, 8], [1, 4]);
  }
  const small = isZip64 ? 0xffff : count;
  const comment = options.comment ?? new Uint8Array(0);
  return file
    .numbers([0x06054b50, 4], [options.disk ?? 0, 2], [options.disk ?? 0, 2], [small, 2], [small, 2])
    .numbers([isZip64 ? FULL_32 : bytes, 4], [isZip64 ? FULL_32 : offset, 4], [comment.length, 2])
    .add(comment)
    .done();
}

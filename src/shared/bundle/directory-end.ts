import { MAX_ENTRIES } from '../constants.js';
import { BundleError } from './errors.js';
import {
  DIRECTORY_END,
  DIRECTORY_END_BYTES,
  DIRECTORY_RECORD_BYTES,
  IN_ZIP64_16,
  IN_ZIP64_32,
  ZIP64_END,
  ZIP64_END_BYTES,
  ZIP64_LOCATOR,
  ZIP64_LOCATOR_BYTES,
} from './zip-records.js';

/** The archive comment, which a bundle does not have but a zip may: 16 bits of length. */
const MAX_COMMENT_BYTES = 0xffff;
/** What must be read from the end of a file to be sure to find the end of its directory. */
export const TAIL_BYTES = MAX_COMMENT_BYTES + DIRECTORY_END_BYTES + ZIP64_LOCATOR_BYTES + ZIP64_END_BYTES;

/** The reserved entries, and what a tool that packed the bundle again may have added. */
const MAX_UNLISTED_ENTRIES = 1000;
/** 200,000 records with paths of 60 bytes are 25 MB. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

export interface DirectoryPlace {
  readonly count: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Where the directory lies, by the last bytes of a file of `size` bytes. Throws `truncated` or `too-many-entries`. */
export function findDirectory(tail: Uint8Array, size: number): DirectoryPlace {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const tailOffset = size - tail.length;
  const at = lastEnd(view);
  if (at === undefined) throw new BundleError('truncated', { detail: 'no end of the directory' });
  const locatorAt = at - ZIP64_LOCATOR_BYTES;
  const hasZip64 = locatorAt >= 0 && view.getUint32(locatorAt, true) === ZIP64_LOCATOR;
  const zip64 = hasZip64 ? zip64Fields(view, locatorAt, tailOffset) : undefined;

  const disks = view.getUint16(at + 4, true) | view.getUint16(at + 6, true);
  if (disks !== 0 && !(disks === IN_ZIP64_16 && zip64 !== undefined)) {
    throw new BundleError('unsupported-encoding', { detail: 'split over several files' });
  }
  const place = {
    count: field(view.getUint16(at + 10, true), IN_ZIP64_16, zip64?.count),
    bytes: field(view.getUint32(at + 12, true), IN_ZIP64_32, zip64?.bytes),
    offset: field(view.getUint32(at + 16, true), IN_ZIP64_32, zip64?.offset),
  };
  if (place.count > MAX_ENTRIES + MAX_UNLISTED_ENTRIES || place.bytes > MAX_DIRECTORY_BYTES) {
    throw new BundleError('too-many-entries');
  }
  // The directory ends where its end begins, or bytes were lost or added between.
  const end = zip64?.recordOffset ?? tailOffset + at;
  if (place.offset + place.bytes !== end || place.count * DIRECTORY_RECORD_BYTES > place.bytes) {
    throw new BundleError('truncated', { detail: 'the directory is not where its end says' });
  }
  return place;
}

/** The last end record whose comment reaches exactly to the end of the file. */
function lastEnd(view: DataView): number | undefined {
  for (let at = view.byteLength - DIRECTORY_END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== DIRECTORY_END) continue;
    if (at + DIRECTORY_END_BYTES + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return undefined;
}

function zip64Fields(view: DataView, locatorAt: number, tailOffset: number) {
  const recordOffset = Number(view.getBigUint64(locatorAt + 8, true));
  // The record lies right before its locator; with an extensible part, which nobody writes, it would be longer.
  const at = locatorAt - ZIP64_END_BYTES;
  if (at < 0 || recordOffset !== tailOffset + at || view.getUint32(at, true) !== ZIP64_END) {
    throw new BundleError('truncated', { detail: 'no zip64 end of the directory' });
  }
  return {
    recordOffset,
    count: Number(view.getBigUint64(at + 32, true)),
    bytes: Number(view.getBigUint64(at + 40, true)),
    offset: Number(view.getBigUint64(at + 48, true)),
  };
}

function field(value: number, inZip64: number, zip64Value: number | undefined): number {
  return value === inZip64 && zip64Value !== undefined ? zip64Value : value;
}

import * as v from 'valibot';
import { MAX_SEALED_LETTER_BYTES } from '../constants.js';
import { LiveError } from './live-errors.js';

// What flows on the channel `bulk`, both ways, in frames (live-frames.ts): `[u32 little-endian: length of the head][head, JSON][bytes]`.

const uuid = v.pipe(v.string(), v.uuid());
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32_767));

/** A picture of 8K noise as a PNG file. */
export const MAX_SCREENSHOT_BYTES = 32 * 1024 * 1024;
/** What a publisher takes: letters and nothing else. */
export const MAX_BULK_TO_PUBLISHER_BYTES = MAX_SEALED_LETTER_BYTES + 1024;

export const bulkHeadSchema = v.variant('kind', [
  /** The publisher's answer to `screenshot-asked`: a PNG file. `atMs`: session time. */
  v.object({
    kind: v.literal('screenshot'),
    request: uuid,
    width: side,
    height: side,
    atMs: v.pipe(v.number(), v.finite()),
  }),
  /** A letter (docs/letters.md), sealed, as a mailbox would carry it. From the subscriber only with the grant `commands`. */
  v.object({ kind: v.literal('letter'), id: uuid }),
]);
export type BulkHead = v.InferOutput<typeof bulkHeadSchema>;
export interface BulkMessage {
  readonly head: BulkHead;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const LENGTH_BYTES = 4;
const MAX_HEAD_BYTES = 1024;

export function encodeBulk({ head, bytes }: BulkMessage): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const whole = new Uint8Array(LENGTH_BYTES + json.length + bytes.length);
  new DataView(whole.buffer).setUint32(0, json.length, true);
  whole.set(json, LENGTH_BYTES);
  whole.set(bytes, LENGTH_BYTES + json.length);
  return whole;
}

/** Throws `live-malformed`. The bytes are a copy. */
export function decodeBulk(whole: Uint8Array<ArrayBuffer>): BulkMessage {
  if (whole.length < LENGTH_BYTES) throw new LiveError('live-malformed');
  const length = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  if (length > MAX_HEAD_BYTES || length > whole.length - LENGTH_BYTES) throw new LiveError('live-malformed');
  const head = parseHead(whole.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
  const bytes = whole.slice(LENGTH_BYTES + length);
  const maxBytes = head.kind === 'letter' ? MAX_SEALED_LETTER_BYTES : MAX_SCREENSHOT_BYTES;
  if (bytes.length === 0 || bytes.length > maxBytes) throw new LiveError('live-malformed');
  return { head, bytes };
}

function parseHead(json: Uint8Array): BulkHead {
  try {
    return v.parse(bulkHeadSchema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)));
  } catch (cause) {
    throw new LiveError('live-malformed', { cause });
  }
}

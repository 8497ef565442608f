import * as v from 'valibot';
import { commandDescriptionSchema, MAX_COMMANDS, type CommandDescription } from '../commands/command.js';
import { MAX_SEALED_LETTER_BYTES } from '../constants.js';
import { LiveError } from './live-errors.js';
import { MAX_PAST_BYTES, pastHeadSchema } from './live-past.js';

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
    /** The customer was told, where they pressed, that it may be kept in the report. */
    isForReport: v.optional(v.literal(true)),
  }),
  /** A letter (docs/letters.md), sealed, as a mailbox would carry it. From the subscriber only with the grant `commands`. */
  v.object({ kind: v.literal('letter'), id: uuid }),
  /** The publisher's, when `commands` is granted: what may be proposed, JSON in UTF-8, as a manifest has it. */
  v.object({ kind: v.literal('commands') }),
  /** The publisher's answer to `past-asked`. */
  pastHeadSchema,
]);
export type BulkHead = v.InferOutput<typeof bulkHeadSchema>;
export type ScreenshotHead = Extract<BulkHead, { kind: 'screenshot' }>;

/** 50 commands with long texts and many choices. */
export const MAX_COMMAND_LIST_BYTES = 1024 * 1024;
const MAX_BYTES: Readonly<Record<BulkHead['kind'], number>> = {
  screenshot: MAX_SCREENSHOT_BYTES,
  letter: MAX_SEALED_LETTER_BYTES,
  commands: MAX_COMMAND_LIST_BYTES,
  past: MAX_PAST_BYTES,
};

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
  if (bytes.length === 0 || bytes.length > MAX_BYTES[head.kind]) throw new LiveError('live-malformed');
  return { head, bytes };
}

function parseHead(json: Uint8Array): BulkHead {
  try {
    return v.parse(bulkHeadSchema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)));
  } catch (cause) {
    throw new LiveError('live-malformed', { cause });
  }
}

/** What may be proposed, as far as this version knows it. Throws `live-malformed` for what is no list of at most MAX_COMMANDS. */
export function decodeCommands(bytes: Uint8Array): CommandDescription[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new LiveError('live-malformed', { cause });
  }
  if (!Array.isArray(value) || value.length > MAX_COMMANDS) throw new LiveError('live-malformed');
  return value.flatMap((command: unknown) => {
    const parsed = v.safeParse(commandDescriptionSchema, command);
    return parsed.success ? [parsed.output] : []; // Of a later version, which asks for what this one does not know.
  });
}

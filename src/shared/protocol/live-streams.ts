import * as v from 'valibot';
import { inflateEntry } from '../bundle/inflate.js';
import { MAX_DEFLATE_RATIO } from '../constants.js';
import { domEventSchema } from '../session/lane.js';
import { consoleMessageSchema, type ConsoleMessage } from './live-console.js';
import { LiveError } from './live-errors.js';
import { MAX_FRAMED_BYTES } from './live-frames.js';
import { MAX_LIVE_MESSAGE_BYTES } from './live.js';

// What flows on the channels `dom`, `console` and `input` of an open session. See docs/live-protocol.md, "Streams".

const instant = v.pipe(v.number(), v.finite());
const ratio = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const source = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/));

// ── dom: the publisher's, in frames (live-frames.ts) ───────────────────────────────────────────────────────────────────

/** Events in one message: what a page does between two messages, or a checkout. */
const MAX_EVENTS = 10_000;

export const domMessageSchema = v.variant('kind', [
  /** What follows is of another document, or begins anew: the next message of `events` begins with Meta and a full snapshot. */
  v.object({ kind: v.literal('begin'), source, originMs: instant, sessionMs: instant }),
  /** rrweb's events, masked as the dom lane is, in their order and without a gap. */
  v.object({
    kind: v.literal('events'),
    events: v.pipe(v.array(domEventSchema), v.minLength(1), v.maxLength(MAX_EVENTS)),
  }),
  /** Where the customer's pointer is, at once: rrweb tells it in batches. Parts of the viewport's width and height. */
  v.object({ kind: v.literal('pointer'), x: ratio, y: ratio, t: instant }),
  /** `resting`: the page changes too fast to follow; `paused`: recording is paused. What follows on `on` begins anew. */
  v.object({ kind: v.literal('state'), state: v.picklist(['on', 'resting', 'paused', 'hidden']) }),
]);
export type DomMessage = v.InferOutput<typeof domMessageSchema>;

const PLAIN = 0;
const DEFLATED = 1;
/** Below, deflate makes it longer or hardly shorter. */
const MIN_DEFLATE_BYTES = 256;
/** Of one message, inflated: a full snapshot of 50,000 nodes is 3 MB. */
const MAX_DOM_BYTES = MAX_FRAMED_BYTES;
const SIZE_HEAD_BYTES = 5;

/** `[u8 0][JSON]`, or `[u8 1][u32 little-endian: plain size][JSON, deflated]`. Rejects with `live-too-large`. */
export async function encodeDomMessage(message: DomMessage): Promise<Uint8Array<ArrayBuffer>> {
  return await encodeDomText(JSON.stringify(message));
}

/** The same for a message that is JSON already. */
export async function encodeDomText(json: string): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new TextEncoder().encode(json);
  if (plain.length > MAX_DOM_BYTES - SIZE_HEAD_BYTES) throw new LiveError('live-too-large');
  if (plain.length < MIN_DEFLATE_BYTES) {
    const bytes = new Uint8Array(1 + plain.length);
    bytes[0] = PLAIN;
    bytes.set(plain, 1);
    return bytes;
  }
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const deflated = new Uint8Array(await new Response(stream).arrayBuffer());
  const bytes = new Uint8Array(SIZE_HEAD_BYTES + deflated.length);
  bytes[0] = DEFLATED;
  new DataView(bytes.buffer).setUint32(1, plain.length, true);
  bytes.set(deflated, SIZE_HEAD_BYTES);
  return bytes;
}

/** Rejects with `live-malformed` for what is none; never holds more than it was told the message would be. */
export async function decodeDomMessage(bytes: Uint8Array<ArrayBuffer>): Promise<DomMessage> {
  const message = parse(domMessageSchema, await plainText(bytes));
  if (message === undefined) throw new LiveError('live-malformed');
  return message;
}

async function plainText(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    if (bytes[0] === PLAIN) return decode(bytes.subarray(1));
    if (bytes[0] !== DEFLATED || bytes.length < SIZE_HEAD_BYTES) throw new LiveError('live-malformed');
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1, true);
    const deflated = bytes.subarray(SIZE_HEAD_BYTES);
    // What cannot be: memory is not taken for it.
    if (size > Math.min(MAX_DOM_BYTES, deflated.length * MAX_DEFLATE_RATIO)) throw new LiveError('live-malformed');
    return decode(await inflateEntry(deflated, size, 'dom'));
  } catch (cause) {
    throw new LiveError('live-malformed', { cause });
  }
}

// ── console: the publisher's, JSON text, one message each ──────────────────────────────────────────────────────────────

/** Undefined for what is none. */
export function parseConsole(text: string): ConsoleMessage | undefined {
  return text.length > MAX_LIVE_MESSAGE_BYTES ? undefined : parse(consoleMessageSchema, text);
}

// ── input: the subscriber's, JSON text, one message each ───────────────────────────────────────────────────────────────

export const inputMessageSchema = v.variant('kind', [
  /** The laser pointer, in parts of the width and height of the customer's viewport; with the grant `point`. */
  v.object({ kind: v.literal('point'), x: ratio, y: ratio }),
  v.object({ kind: v.literal('point-gone') }),
]);
export type InputMessage = v.InferOutput<typeof inputMessageSchema>;
/** Two numbers of 17 digits each are 80 characters. */
const MAX_INPUT_LENGTH = 500;

/** Undefined for what is none. */
export function parseInput(text: string): InputMessage | undefined {
  return text.length > MAX_INPUT_LENGTH ? undefined : parse(inputMessageSchema, text);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function parse<S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // No JSON.
  }
}

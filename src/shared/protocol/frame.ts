import * as v from 'valibot';
import { FluxionError } from '../errors.js';

// How a call crosses HTTP: `[u32 little-endian: length of the JSON][JSON, UTF-8][raw bytes]`, both ways. JSON for what is
// parsed by a schema, raw bytes for what is only copied: a segment is never turned into base64.

/** The content type of both directions. It is not one that a form can send, so a foreign page cannot without a preflight. */
export const FRAME_TYPE = 'application/x-fluxrec';
/** The JSON of one call: 2,000 segments' metadata is 1 MB; a draft over all lanes, a few KB. */
export const MAX_FRAME_JSON_BYTES = 4 * 1024 * 1024;

const HEAD_BYTES = 4;
const EMPTY = new Uint8Array(0);

/** What an answer's JSON is: the method's output, or an error as it crosses a process. */
export const answerSchema = v.union([
  v.object({ ok: v.unknown() }),
  v.object({ error: v.object({ code: v.string(), message: v.string() }) }),
]);

/** `ready` comes first, once the capability was accepted; then events of the contract. */
export const socketMessageSchema = v.union([
  v.object({ ready: v.literal(true) }),
  v.object({ event: v.string(), data: v.unknown() }),
]);
/** The first, and only, message of a client on the event socket. */
export const socketGreetingSchema = v.object({ capability: v.pipe(v.string(), v.maxLength(200)) });
/** The code with which the host closes an event socket whose capability it does not know (4000 to 4999 are free for use). */
export const CAPABILITY_REFUSED_CLOSE = 4401;

export class FrameError extends FluxionError {
  constructor(options?: ErrorOptions) {
    super(
      'bad-frame',
      'The recorder received something that it cannot read. Restart the app; nothing was sent.',
      options,
    );
  }
}

export interface Frame {
  readonly json: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export function encodeFrame(json: unknown, bytes: Uint8Array = EMPTY): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const frame = new Uint8Array(HEAD_BYTES + text.length + bytes.length);
  new DataView(frame.buffer).setUint32(0, text.length, true);
  frame.set(text, HEAD_BYTES);
  frame.set(bytes, HEAD_BYTES + text.length);
  return frame;
}

/**
 * The bytes are a view into the frame, not a copy. Throws FrameError for a frame that is cut short, whose JSON is larger
 * than `maxJsonBytes`, not UTF-8 or not JSON. What the JSON means is for a schema to say.
 */
export function decodeFrame(frame: Uint8Array<ArrayBuffer>, maxJsonBytes = MAX_FRAME_JSON_BYTES): Frame {
  if (frame.length < HEAD_BYTES) throw new FrameError();
  const length = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0, true);
  if (length > maxJsonBytes || length > frame.length - HEAD_BYTES) throw new FrameError();
  const end = HEAD_BYTES + length;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(frame.subarray(HEAD_BYTES, end));
    return { json: JSON.parse(text) as unknown, bytes: frame.subarray(end) };
  } catch (error) {
    throw new FrameError({ cause: error });
  }
}

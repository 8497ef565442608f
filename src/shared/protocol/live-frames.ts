import { MAX_LIVE_MESSAGE_BYTES } from './live.js';
import { LiveError } from './live-errors.js';

// How a message of any size crosses a data channel: in frames of at most MAX_LIVE_MESSAGE_BYTES.
//   [u8 flags: 1 first, 2 last, 4 given up][u32 little-endian: message][u32 little-endian: its whole size, in the first frame only][bytes]
// Frames of several messages may alternate; those of one message come in their order. A message that has begun and is not to be
// finished is given up by a frame that is its head alone.

const FIRST = 1;
const LAST = 2;
const GIVEN_UP = 4;
const HEAD_BYTES = 5;
const SIZE_BYTES = 4;

/** Messages that may be under way at one time on one channel. */
export const MAX_OPEN_MESSAGES = 8;
/** One message, whole: a full snapshot of a very large page, or a screenshot. */
export const MAX_FRAMED_BYTES = 64 * 1024 * 1024;

/** The frames of one message, made one at a time. */
export function* framesOf(message: number, bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  if (bytes.length > MAX_FRAMED_BYTES) throw new LiveError('live-too-large');
  let at = 0;
  do {
    const head = at === 0 ? HEAD_BYTES + SIZE_BYTES : HEAD_BYTES;
    const end = Math.min(bytes.length, at + MAX_LIVE_MESSAGE_BYTES - head);
    const frame = new Uint8Array(head + end - at);
    const view = new DataView(frame.buffer);
    view.setUint8(0, (at === 0 ? FIRST : 0) | (end === bytes.length ? LAST : 0));
    view.setUint32(1, message, true);
    if (at === 0) view.setUint32(HEAD_BYTES, bytes.length, true);
    frame.set(bytes.subarray(at, end), head);
    yield frame;
    at = end;
  } while (at < bytes.length);
}

/** Says that the rest of a message, which has begun, does not come. */
export function givenUpFrame(message: number): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEAD_BYTES);
  const view = new DataView(frame.buffer);
  view.setUint8(0, GIVEN_UP);
  view.setUint32(1, message, true);
  return frame;
}

interface OpenMessage {
  readonly size: number;
  readonly pieces: Uint8Array[];
  received: number;
}

/** Puts frames together again. Memory grows with what arrived, never with what was announced. */
export class FrameAssembler {
  readonly #open = new Map<number, OpenMessage>();
  readonly #maxBytes: number;
  #waitingBytes = 0;

  /** `maxBytes`: of one message, and of all that are under way. */
  constructor(maxBytes = MAX_FRAMED_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The message that this frame completes. Throws `live-malformed` or `live-flooded`; after that the stream is lost. */
  receive(frame: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    if (frame.length < HEAD_BYTES || frame.length > MAX_LIVE_MESSAGE_BYTES) throw new LiveError('live-malformed');
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const flags = view.getUint8(0);
    if (flags === GIVEN_UP) {
      this.#giveUp(view);
      return undefined;
    }
    if ((flags & ~(FIRST | LAST)) !== 0) throw new LiveError('live-malformed');
    const id = view.getUint32(1, true);
    const isFirst = (flags & FIRST) !== 0;
    const message = isFirst ? this.#begin(id, view) : this.#open.get(id);
    if (message === undefined) throw new LiveError('live-malformed');
    const piece = frame.slice(isFirst ? HEAD_BYTES + SIZE_BYTES : HEAD_BYTES);
    // Every frame but the last is full, as ours are: many small ones would take more memory than their bytes.
    const isLast = (flags & LAST) !== 0;
    if (!isLast && frame.length !== MAX_LIVE_MESSAGE_BYTES) throw new LiveError('live-malformed');
    message.received += piece.length;
    this.#waitingBytes += piece.length;
    if (message.received > message.size) throw new LiveError('live-malformed');
    if (this.#waitingBytes > this.#maxBytes) throw new LiveError('live-flooded');
    message.pieces.push(piece);
    if (isLast !== (message.received === message.size)) throw new LiveError('live-malformed');
    return isLast ? this.#finish(id, message) : undefined;
  }

  #begin(id: number, view: DataView): OpenMessage {
    if (view.byteLength < HEAD_BYTES + SIZE_BYTES || this.#open.has(id)) throw new LiveError('live-malformed');
    const size = view.getUint32(HEAD_BYTES, true);
    if (size > this.#maxBytes || this.#open.size >= MAX_OPEN_MESSAGES) throw new LiveError('live-flooded');
    const message = { size, pieces: [], received: 0 };
    this.#open.set(id, message);
    return message;
  }

  #giveUp(view: DataView): void {
    const id = view.getUint32(1, true);
    const message = this.#open.get(id);
    if (message === undefined || view.byteLength !== HEAD_BYTES) throw new LiveError('live-malformed');
    this.#open.delete(id);
    this.#waitingBytes -= message.received;
  }

  #finish(id: number, message: OpenMessage): Uint8Array<ArrayBuffer> {
    this.#open.delete(id);
    this.#waitingBytes -= message.received;
    const whole = new Uint8Array(message.size);
    let at = 0;
    for (const piece of message.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

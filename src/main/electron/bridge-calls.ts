import { toErrorResult } from '../../shared/errors.js';
import type { Contract, Handlers } from '../../shared/protocol/contract.js';
import { decodeFrame, encodeFrame, FrameError } from '../../shared/protocol/frame.js';
import { handleCall } from '../services/handle-call.js';

type Answer = Uint8Array<ArrayBuffer>;

/** What comes over IPC is whatever a page has put into it. Throws FrameError. */
function checkedFrame(frame: unknown, maxBytes: number): Uint8Array<ArrayBuffer> {
  if (!(frame instanceof Uint8Array) || !(frame.buffer instanceof ArrayBuffer)) throw new FrameError();
  if (frame.byteLength > maxBytes) throw new FrameError();
  return frame as Uint8Array<ArrayBuffer>;
}

export function answerError(error: unknown): Answer {
  return encodeFrame({ error: toErrorResult(error) });
}

/** One call, from a sender who has been checked. Never rejects: an error is an answer. */
export async function answerCall<C extends Contract, Caller>(
  contract: C,
  handlers: Handlers<C, Caller>,
  call: { readonly name: unknown; readonly frame: unknown; readonly maxBytes: (method: string) => number },
  caller: Caller,
): Promise<Answer> {
  try {
    const { name, frame, maxBytes } = call;
    if (typeof name !== 'string') throw new FrameError();
    const decoded = decodeFrame(checkedFrame(frame, maxBytes(name)));
    const { value, bytes } = await handleCall(contract, handlers, name, decoded, caller);
    return encodeFrame({ ok: value }, bytes);
  } catch (error) {
    return answerError(error);
  }
}

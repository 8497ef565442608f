import { framesOf, givenUpFrame } from '../shared/protocol/live-frames.js';
import { LiveError } from '../shared/protocol/live-errors.js';

/** The part of a channel that is used. */
export interface SendingChannel {
  readonly backlogBytes: number;
  send(data: string | Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Sends messages of any size one after the other, no faster than the other side receives. */
export class FramedSender {
  readonly #channel: SendingChannel;
  #sending: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #nextMessage = 1;

  constructor(channel: SendingChannel) {
    this.#channel = channel;
  }

  /** Bytes that have not left this machine. */
  get backlogBytes(): number {
    return this.#waitingBytes + this.#channel.backlogBytes;
  }

  /**
   * In the order of calls; resolves when the last frame was handed to the browser. Rejects as the channel does, and with `live-closed` where
   * it was aborted before: what the channel was not given by then does not leave this machine.
   */
  send(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    this.#waitingBytes += bytes.length;
    const sent = this.#sending.then(async () => {
      try {
        await this.#sendFrames(this.#nextMessage++, bytes, signal);
      } finally {
        this.#waitingBytes -= bytes.length;
      }
    });
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  async #sendFrames(message: number, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    let hasBegun = false;
    for (const frame of framesOf(message, bytes)) {
      if (signal?.aborted === true) {
        if (hasBegun) await this.#channel.send(givenUpFrame(message));
        throw new LiveError('live-closed');
      }
      hasBegun = true;
      await this.#channel.send(frame);
    }
  }
}

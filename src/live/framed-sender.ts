import { framesOf } from '../shared/protocol/live-frames.js';

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

  /** In the order of calls; resolves when the last frame was handed to the browser. Rejects as the channel does. */
  send(bytes: Uint8Array): Promise<void> {
    this.#waitingBytes += bytes.length;
    const sent = this.#sending.then(async () => {
      try {
        const message = this.#nextMessage++;
        for (const frame of framesOf(message, bytes)) await this.#channel.send(frame);
      } finally {
        this.#waitingBytes -= bytes.length;
      }
    });
    this.#sending = sent.catch(() => undefined);
    return sent;
  }
}

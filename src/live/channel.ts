import { MAX_LIVE_MESSAGE_BYTES, type LiveChannel } from '../shared/protocol/live.js';
import { LiveError } from '../shared/protocol/live-errors.js';

/**
 * What the browser is given at most before it has sent what it has: enough for a fast network (1 MiB is 80 ms at 100 Mbit/s), little
 * enough that what comes next on a slow one is not seconds away. It throws at 16 MiB.
 */
const HIGH_WATER_BYTES = 1024 * 1024;
const LOW_WATER_BYTES = 256 * 1024;
/** What may wait here on top of that. Who wants to send more waits for the promises, or is told `live-backlog`. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

export type ChannelData = string | Uint8Array<ArrayBuffer>;

interface Waiting {
  readonly data: ChannelData;
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: LiveError) => void;
}

/** One data channel with backpressure: in order, nothing lost, nothing larger than both sides take. */
export class Channel {
  readonly name: LiveChannel;
  readonly #channel: RTCDataChannel;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isClosed = false;

  constructor(name: LiveChannel, channel: RTCDataChannel, onMessage: (data: ChannelData | undefined) => void) {
    this.name = name;
    this.#channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = LOW_WATER_BYTES;
    const pump = (): void => {
      this.#pump();
    };
    channel.addEventListener('bufferedamountlow', pump);
    channel.addEventListener('open', pump);
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (!this.#isClosed) onMessage(messageOf(data));
    });
  }

  get isOpen(): boolean {
    return this.#channel.readyState === 'open';
  }

  /** Bytes that have not left this machine. Who sends what soon is old looks here first, and leaves out. */
  get backlogBytes(): number {
    return this.#channel.bufferedAmount + this.#waitingBytes;
  }

  /**
   * Resolves when the message has been handed to the browser, which is later when the network is slower: who awaits it sends no faster
   * than the other side receives. Rejects with `live-too-large`, `live-backlog`, and `live-closed` where it was not sent any more.
   */
  send(data: ChannelData): Promise<void> {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data).length : data.length;
    if (bytes > MAX_LIVE_MESSAGE_BYTES) return Promise.reject(new LiveError('live-too-large'));
    if (this.#isClosed) return Promise.reject(new LiveError('live-closed'));
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) return Promise.reject(new LiveError('live-backlog'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ data, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#pump();
    });
  }

  /** What waits is not sent any more. */
  close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new LiveError('live-closed'));
    this.#waitingBytes = 0;
  }

  #pump(): void {
    while (this.isOpen && this.#channel.bufferedAmount < HIGH_WATER_BYTES) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#waitingBytes -= next.bytes;
      try {
        if (typeof next.data === 'string') this.#channel.send(next.data);
        else this.#channel.send(next.data);
        next.resolve();
      } catch (cause) {
        next.reject(new LiveError('live-closed', { cause })); // It closed between the question and the act.
      }
    }
  }
}

/** Undefined for what no version of ours sends: a Blob, or more than a message may be. */
function messageOf(data: unknown): ChannelData | undefined {
  if (typeof data === 'string') return data.length <= MAX_LIVE_MESSAGE_BYTES ? data : undefined;
  return data instanceof ArrayBuffer && data.byteLength <= MAX_LIVE_MESSAGE_BYTES ? new Uint8Array(data) : undefined;
}

import { decodeBulk, type BulkMessage } from '../../shared/protocol/live-bulk.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import { FrameAssembler } from '../../shared/protocol/live-frames.js';
import type { ConsoleMessage } from '../../shared/protocol/live-console.js';
import { decodeDomMessage, parseConsole, type DomMessage } from '../../shared/protocol/live-streams.js';
import type { LiveEvents } from '../live-state.js';

type DataChannel = Parameters<LiveEvents['message']>[0];
type Data = Parameters<LiveEvents['message']>[1];

export interface IncomingEvents {
  dom(message: DomMessage): void;
  console(message: ConsoleMessage): void;
  bulk(message: BulkMessage): void;
  /** The other side sent what no version of ours does; nothing more is read. */
  broken(error: LiveError): void;
}

/** Messages that wait to be inflated: one full snapshot of a very large page, and what comes behind it. */
const MAX_WAITING_BYTES = 96 * 1024 * 1024;

/** What the publisher sends on the data channels of one open connection, parsed, in its order. */
export class Incoming {
  readonly #events: IncomingEvents;
  readonly #assemblers = { dom: new FrameAssembler(), bulk: new FrameAssembler() };
  #reading: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #isStopped = false;

  constructor(events: IncomingEvents) {
    this.#events = events;
  }

  receive(channel: DataChannel, data: Data): void {
    if (this.#isStopped) return;
    this.#guarded(() => {
      if (channel === 'console' && typeof data === 'string') this.#receiveConsole(data);
      else if (channel === 'dom' && typeof data !== 'string') this.#receiveDom(data);
      else if (channel === 'bulk' && typeof data !== 'string') this.#receiveBulk(data);
      else throw new LiveError('live-malformed'); // `input` is ours to send on.
    });
  }

  stop(): void {
    this.#isStopped = true;
  }

  #receiveConsole(text: string): void {
    const message = parseConsole(text);
    if (message === undefined) throw new LiveError('live-malformed');
    this.#events.console(message);
  }

  #receiveDom(frame: Uint8Array<ArrayBuffer>): void {
    const whole = this.#assemblers.dom.receive(frame);
    if (whole === undefined) return;
    this.#waitingBytes += whole.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) throw new LiveError('live-flooded');
    this.#reading = this.#reading.then(() => this.#readDom(whole));
  }

  async #readDom(whole: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isStopped) return;
    try {
      const message = await decodeDomMessage(whole);
      this.#guarded(() => {
        // Stopped while it was inflated.
        if (!this.#hasStopped()) this.#events.dom(message);
      });
    } catch (error) {
      this.#break(error);
    } finally {
      this.#waitingBytes -= whole.length;
    }
  }

  #receiveBulk(frame: Uint8Array<ArrayBuffer>): void {
    const whole = this.#assemblers.bulk.receive(frame);
    if (whole !== undefined) this.#events.bulk(decodeBulk(whole));
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#break(error);
    }
  }

  #hasStopped(): boolean {
    return this.#isStopped;
  }

  #break(error: unknown): void {
    if (!(error instanceof LiveError)) throw error;
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#events.broken(error);
  }
}

import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import type { DomItem } from '../ring/ring-event.js';
import type { FromStreamWorker, PastSegment, ToStreamWorker, WaitingLine } from './messages.js';
import type { WrittenChain } from './stream-writer.js';

export interface MaskedSource {
  /** Rises with every value that is new. */
  readonly revision: number;
  snapshot(): readonly MaskedValue[];
}

type Question = Exclude<ToStreamWorker, { kind: 'masked' }>;

/** The page's end of the worker that writes what leaves. Answers come in the order of questions. */
export class Streams {
  readonly #worker: Worker;
  readonly #masked: MaskedSource;
  readonly #waiting = new Map<number, (answer: FromStreamWorker) => void>();
  #nextId = 1;
  #toldRevision = -1;

  /** `onDied`: nothing more is written; the session goes on without streams. */
  constructor(masked: MaskedSource, onDied: () => void) {
    this.#masked = masked;
    this.#worker = new Worker(new URL('./stream-worker.ts', import.meta.url), { type: 'module', name: 'fluxrec-live' });
    this.#worker.onmessage = ({ data }: MessageEvent<FromStreamWorker>) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      onDied();
    };
  }

  async dom(events: readonly DomItem[]): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#ask((id) => ({ kind: 'dom', id, events }))).bytes;
  }

  async lines(lines: readonly WaitingLine[]): Promise<readonly string[]> {
    return (await this.#ask((id) => ({ kind: 'lines', id, lines }))).texts ?? [];
  }

  /** A dom chain of the ring, written anew, deflated; undefined where that is not possible. */
  async chain(segments: readonly PastSegment[]): Promise<WrittenChain | undefined> {
    const { bytes, size } = await this.#ask((id) => ({ kind: 'chain', id, segments }));
    return bytes === undefined || size === undefined ? undefined : { bytes, size };
  }

  async past(segments: readonly PastSegment[], fromMs: number): Promise<readonly string[]> {
    return (await this.#ask((id) => ({ kind: 'past', id, segments, fromMs }))).texts ?? [];
  }

  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #ask(make: (id: number) => Question): Promise<FromStreamWorker> {
    const id = this.#nextId++;
    // Values first: an event that was made a moment ago may hold one that was typed a moment ago.
    if (this.#masked.revision !== this.#toldRevision) {
      this.#toldRevision = this.#masked.revision;
      this.#post({ kind: 'masked', values: this.#masked.snapshot() });
    }
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#post(make(id));
    });
  }

  #post(message: ToStreamWorker): void {
    this.#worker.postMessage(message);
  }
}

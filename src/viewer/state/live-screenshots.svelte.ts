import type { BulkHead } from '../../shared/protocol/live-bulk.js';
import type { SessionMessageOf, SubscriberMessage } from '../../shared/protocol/live-messages.js';
import { pngSize } from '../../shared/report/picture.js';

type ScreenshotHead = Extract<BulkHead, { kind: 'screenshot' }>;

export interface Screenshot {
  readonly request: string;
  readonly width: number;
  readonly height: number;
  /** Unix ms of when it came. */
  readonly atMs: number;
  readonly bytes: number;
  /** An address of this page. */
  readonly url: string;
}

/** Each may have 32 MB: the oldest goes first. */
const MAX_KEPT = 12;
/** A picture that has not come by then does not come. */
const PATIENCE_MS = 30_000;

/** Pictures of the customer's window that the technician asked for. */
export class LiveScreenshots {
  readonly #send: (message: SubscriberMessage) => void;
  #all = $state.raw<readonly Screenshot[]>([]);
  #asked = $state<string | undefined>(undefined);
  #problem = $state<string | undefined>(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (message: SubscriberMessage) => void) {
    this.#send = send;
  }

  /** Newest first. */
  get all(): readonly Screenshot[] {
    return this.#all;
  }
  get isWaiting(): boolean {
    return this.#asked !== undefined;
  }
  /** Why the last one did not come. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** One at a time. Throws `live-closed`. */
  take(): void {
    if (this.#asked !== undefined) return;
    const request = crypto.randomUUID();
    this.#problem = undefined;
    this.#send({ type: 'screenshot-asked', request });
    this.#asked = request;
    this.#timer = setTimeout(() => {
      this.#settle('The picture has not come in time.');
    }, PATIENCE_MS);
  }

  receive({ request, width, height }: ScreenshotHead, bytes: Uint8Array<ArrayBuffer>): void {
    if (request !== this.#asked) return;
    const size = pngSize(bytes);
    // What says that it is larger than it was announced to be is not opened.
    if (size?.width !== width || size.height !== height) {
      this.#settle('What came is not the picture that was announced.');
      return;
    }
    this.#settle();
    const url = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
    const all = [{ request, width, height, atMs: Date.now(), bytes: bytes.length, url }, ...this.#all];
    for (const old of all.splice(MAX_KEPT)) URL.revokeObjectURL(old.url);
    this.#all = all;
  }

  fail({ request, message }: SessionMessageOf<'screenshot-failed'>): void {
    if (request === this.#asked) this.#settle(message);
  }

  /** Nothing that was asked for comes any more. */
  stop(): void {
    if (this.#asked !== undefined) this.#settle('The picture cannot come any more.');
  }

  /** The browser lets go of all pictures. */
  dispose(): void {
    clearTimeout(this.#timer);
    for (const { url } of this.#all) URL.revokeObjectURL(url);
    this.#all = [];
  }

  #settle(problem?: string): void {
    clearTimeout(this.#timer);
    this.#asked = undefined;
    this.#problem = problem;
  }
}

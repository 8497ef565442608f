import { SvelteMap } from 'svelte/reactivity';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { ScreenshotHead } from '../../shared/protocol/live-bulk.js';
import type { SessionMessageOf, SubscriberMessage } from '../../shared/protocol/live-messages.js';
import { pngSize } from '../../shared/report/picture.js';
import type { TakenPicture } from '../sources/desk-client.js';

export interface LiveScreenshotsOptions {
  readonly send: (message: SubscriberMessage) => void;
  /** Unix ms, by the customer's clock, of a session time. */
  readonly toWallMs: (sessionMs: number) => number;
  /** Puts a picture into the report of the session. Absent where there is no desk that could keep it. */
  readonly keep?: (picture: TakenPicture) => Promise<unknown>;
}

/** What became of a picture that was to be kept in the report. */
export type Keeping = { readonly name: 'keeping' | 'kept' } | { readonly name: 'failed'; readonly error: ErrorResult };

export interface Screenshot {
  readonly request: string;
  readonly width: number;
  readonly height: number;
  /** Unix ms of when it came. */
  readonly atMs: number;
  readonly file: Blob;
  /** An address of this page. */
  readonly url: string;
  /** Unix ms of when it was taken, by the customer's clock. */
  readonly takenMs: number;
  /** The customer was told that it may be kept in the report. */
  readonly isForReport: boolean;
}

/** Each may have 32 MB: the oldest goes first. */
const MAX_KEPT = 12;
/** A picture that has not come by then does not come. */
const PATIENCE_MS = 30_000;

/** Pictures of the customer's window that the technician asked for. */
export class LiveScreenshots {
  readonly #options: LiveScreenshotsOptions;
  readonly #kept = new SvelteMap<string, Keeping>();
  #all = $state.raw<readonly Screenshot[]>([]);
  #asked = $state<string | undefined>(undefined);
  #problem = $state<string | undefined>(undefined);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveScreenshotsOptions) {
    this.#options = options;
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
    this.#options.send({ type: 'screenshot-asked', request });
    this.#asked = request;
    this.#timer = setTimeout(() => {
      this.#settle('The picture has not come in time.');
    }, PATIENCE_MS);
  }

  receive(head: ScreenshotHead, bytes: Uint8Array<ArrayBuffer>): void {
    const { request, width, height, atMs } = head;
    const isForReport = head.isForReport === true;
    if (request !== this.#asked) return;
    const size = pngSize(bytes);
    // What says that it is larger than it was announced to be is not opened.
    if (size?.width !== width || size.height !== height) {
      this.#settle('What came is not the picture that was announced.');
      return;
    }
    this.#settle();
    const file = new Blob([bytes], { type: 'image/png' });
    const takenMs = this.#options.toWallMs(atMs);
    const shot = {
      request,
      width,
      height,
      atMs: Date.now(),
      takenMs,
      isForReport,
      file,
      url: URL.createObjectURL(file),
    };
    const all = [shot, ...this.#all];
    for (const old of all.splice(MAX_KEPT)) URL.revokeObjectURL(old.url);
    this.#all = all;
  }

  fail({ request, message }: SessionMessageOf<'screenshot-failed'>): void {
    if (request === this.#asked) this.#settle(message);
  }

  keeping(shot: Screenshot): Keeping | undefined {
    return this.#kept.get(shot.request);
  }

  /** Whether it can be put into the report: the customer was told, and there is a desk. */
  mayKeep({ isForReport }: Screenshot): boolean {
    return isForReport && this.#options.keep !== undefined;
  }

  /** Puts it into the report; trying again after a failure sends the same picture. */
  async keep(shot: Screenshot): Promise<void> {
    const { keep } = this.#options;
    const name = this.#kept.get(shot.request)?.name;
    if (keep === undefined || !shot.isForReport || name === 'keeping' || name === 'kept') return;
    this.#kept.set(shot.request, { name: 'keeping' });
    try {
      await keep({ name: shot.request, takenMs: shot.takenMs, file: shot.file });
      this.#kept.set(shot.request, { name: 'kept' });
    } catch (error) {
      this.#kept.set(shot.request, { name: 'failed', error: toErrorResult(error) });
    }
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

import { randomUUID } from 'node:crypto';
import type { RecorderContract } from '../../shared/protocol/host.js';
import type { Segment } from '../../shared/session/segment.js';
import type { Audience } from './audience.js';
import type { DraftRows } from './draft-rows.js';
import { placeRow } from './draft-selection.js';
import { isSoundRow } from './row-check.js';
import { diskError, ServiceError } from './service-errors.js';
import type { Session } from './session.js';
import type { Stretch } from './recorded-stretches.js';

/** A window that neither sends rows nor says that it is done for so long is not waited for. */
const SILENCE_MS = 10_000;
/** Where no window listens but one was heard of a moment ago (the host has just been started again), it is given this long to come back. */
const RETURN_MS = 2000;
const RECENT_MS = 30_000;
const CHECK_MS = 250;
/** Clocks are read, not shared: a row may seem to end a little after now. */
const FUTURE_MS = 60_000;

export interface HandOverOptions {
  readonly session: Session;
  readonly windows: Audience<RecorderContract>;
  readonly rows: DraftRows;
  readonly range: Stretch;
  readonly onProgress: () => void;
  readonly onDone: () => void;
}

/** Asks every window that lives for its rows, and takes them until all have answered or have fallen silent. */
export class HandOver {
  readonly id = randomUUID();
  readonly #options: HandOverOptions;
  readonly #asked = new Map<string, { heardMs: number; isDone: boolean }>();
  readonly #notes = new Set<string>();
  readonly #startedMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #stopListening: () => void;
  #isOver = false;
  #unsound = 0;
  #misfits = 0;

  constructor(options: HandOverOptions) {
    this.#options = options;
    this.#startedMs = options.session.nowMs();
    this.#stopListening = options.windows.onJoin((source) => {
      this.#ask(source);
    });
    for (const source of options.windows.keys()) this.#ask(source);
    this.#timer = setInterval(() => {
      this.#check();
    }, CHECK_MS);
    // In a turn of its own, so that whoever made it holds it when it is over.
    setImmediate(() => {
      this.#check();
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }
  get asked(): number {
    return this.#asked.size;
  }
  get answered(): number {
    return [...this.#asked.values()].filter(({ isDone }) => isDone).length;
  }

  /** What a person should know about what is missing. */
  notes(): string[] {
    const notes = [...this.#notes];
    if (this.#unsound > 0) {
      notes.push(
        this.#unsound === 1
          ? 'One piece of the recording was damaged and is left out.'
          : `${this.#unsound} pieces of the recording were damaged and are left out.`,
      );
    }
    if (this.#misfits > 0) notes.push('The recording is larger than a draft may be. Its last pieces are left out.');
    return notes;
  }

  /** Takes rows from a window: its own, or those of a source that is gone. What is damaged is left out and counted. */
  async take(caller: string, segments: readonly Segment[], bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#heard(caller);
    const total = segments.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    if (total !== bytes.length) throw new ServiceError('bad-append');
    let offset = 0;
    for (const segment of segments) {
      const stored = bytes.subarray(offset, offset + segment.storedBytes);
      offset += segment.storedBytes;
      await this.#takeRow(caller, segment, stored);
      this.#heard(caller);
    }
    this.#options.onProgress();
  }

  finish(caller: string, failed: boolean): void {
    this.#heard(caller);
    const window = this.#asked.get(caller);
    if (window === undefined || window.isDone) return;
    window.isDone = true;
    if (failed) this.#notes.add(`${this.#nameOf(caller)} could not hand over all that it recorded.`);
    this.#options.onProgress();
    this.#check();
  }

  stop(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#stopListening();
  }

  #ask(source: string): void {
    // A window whose event channel was interrupted may have missed the question: it is asked again, what it has given counts.
    if (this.#asked.get(source)?.isDone === true) return;
    this.#asked.set(source, { heardMs: this.#options.session.nowMs(), isDone: false });
    const { startMs, endMs } = this.#options.range;
    this.#options.windows.tell(source, 'handOver', { handOver: this.id, startMs, endMs });
    this.#options.onProgress();
  }

  #heard(caller: string): void {
    if (this.#isOver) throw new ServiceError('hand-over-closed');
    const window = this.#asked.get(caller);
    if (window !== undefined) window.heardMs = this.#options.session.nowMs();
  }

  async #takeRow(caller: string, segment: Segment, stored: Uint8Array): Promise<void> {
    const { session, windows, rows } = this.#options;
    // Only for oneself and the dead: no window can put words into the mouth of another that lives.
    const isOwn = segment.source === caller;
    const source = session.source(segment.source);
    if (source?.kind !== 'window' || segment.session !== session.id || (!isOwn && windows.has(segment.source))) {
      throw new ServiceError('bad-append');
    }
    if (rows.has(segment)) return;
    const { startMs, endMs } = placeRow(segment, source);
    // A window that did not hear of a wipe still has what the customer believes to be gone.
    if (session.wipedMs !== undefined && startMs < session.wipedMs) return;
    if (endMs > session.nowMs() + FUTURE_MS || !(await isSoundRow(segment, stored))) {
      this.#unsound += 1;
      return;
    }
    try {
      if (!(await rows.add(segment, stored))) this.#misfits += 1;
    } catch (error) {
      throw diskError(error);
    }
  }

  #check(): void {
    if (this.#isOver) return;
    const { session, onProgress, onDone } = this.#options;
    const nowMs = session.nowMs();
    for (const [source, window] of this.#asked) {
      if (window.isDone || nowMs - window.heardMs < SILENCE_MS) continue;
      window.isDone = true;
      this.#notes.add(`${this.#nameOf(source)} did not answer. What it had not handed over by then is missing.`);
      onProgress();
    }
    if (this.#asked.size === 0 && nowMs - this.#startedMs < RETURN_MS && session.hasRecentWindow(RECENT_MS)) return;
    if ([...this.#asked.values()].some(({ isDone }) => !isDone)) return;
    if (this.#asked.size === 0)
      this.#notes.add('No window of the app is open. The draft holds what the app’s own process recorded.');
    this.stop();
    onDone();
  }

  #nameOf(source: string): string {
    const title = this.#options.session.source(source)?.title;
    return title === undefined || title === '' ? 'A window' : `The window “${title}”`;
  }
}

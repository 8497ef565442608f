import { APPEND_INTERVAL_MS } from '../shared/constants.js';
import type { DomEvent, LaneEvent, RecorderEvent } from '../shared/session/lane.js';
import type { FieldWatch } from './masking/field-watch.js';
import { now } from './page.js';
import type { LiveTap } from './live/stream-source.js';
import { Pending } from './pending.js';
import { writtenInPage, type ScreenChunk } from './ring/ring-event.js';
import type { Ring } from './ring/ring.js';

/** At most one batch in this time even if errors come one after the other. */
const URGENT_INTERVAL_MS = 50;

/** What the lanes emit, on its way to the ring: gathered, and posted to its worker twice a second, or at once. */
export class EventFlow {
  readonly #originMs: number;
  readonly #fields: FieldWatch;
  readonly #onFlush: () => void;
  readonly #pending = new Pending();
  #ring: Ring | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isUrgent = false;
  #urgentMs = -Infinity;
  #tap: LiveTap | undefined;
  /** Paused, or being wiped: what comes is dropped. */
  #isClosed = false;
  /** The dom lane lost its beginning before there was a ring; it begins anew with one. */
  #isDomLost = false;

  constructor(originMs: number, fields: FieldWatch, onFlush: () => void) {
    this.#originMs = originMs;
    this.#fields = fields;
    this.#onFlush = onFlush;
  }

  /** Answers whether the dom lane must take a full snapshot. */
  openTo(ring: Ring, needsBeginning: boolean): boolean {
    this.#ring = ring;
    const isDomLost = this.#isDomLost || needsBeginning;
    this.#isDomLost = false;
    // A ring that is new knows no masked value, and must before it gets an event.
    ring.append([], this.#fields.all('ring'), false);
    this.flush();
    return isDomLost;
  }

  /** Without a ring events are kept here, within bounds. */
  detach(): void {
    this.flush();
    this.#ring = undefined;
  }

  /** A live session hears what comes from now on. */
  setTap(tap: LiveTap | undefined): void {
    if (tap === this.#tap) return;
    this.flush();
    this.#tap = tap;
  }

  setClosed(isClosed: boolean): void {
    this.#isClosed = isClosed;
  }

  /** Answers a function that says whether the event may still be changed. */
  emit(event: LaneEvent, urgent: boolean): () => boolean {
    if (this.#isClosed && event.type !== 'recorder') return () => false;
    this.#pending.push(event.type, event, event.t);
    this.#schedule(urgent);
    const { round } = this.#pending;
    return () => this.#pending.round === round;
  }

  emitDom(event: DomEvent): void {
    if (this.#isClosed || this.#isDomLost) return;
    const monoMs = now();
    // rrweb stamps with the wall clock, which people and time servers turn back and forth.
    event.timestamp = this.#originMs + monoMs;
    const written = writtenInPage(event);
    this.#isDomLost = !this.#pending.push('dom', written, monoMs) && this.#ring === undefined;
    this.#tap?.dom(written);
    this.#schedule(false);
  }

  /** A piece of a video. Nobody could play one whose file's beginning was kept from the ring: without a ring it is dropped. */
  emitScreen(chunk: ScreenChunk, monoMs: number): void {
    if (this.#isClosed || this.#ring === undefined) return;
    this.#pending.push('screen', chunk, monoMs);
    this.#schedule(false);
  }

  report(kind: RecorderEvent['kind'], text: string, count?: number): void {
    this.emit({ type: 'recorder', t: now(), kind, text, ...(count === undefined ? {} : { count }) }, false);
  }

  /** Posts what is here to the ring's worker. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#ring === undefined) return;
    this.#onFlush();
    const dropped = this.#pending.takeDropped();
    if (dropped > 0) this.report('dropped', 'More happened than could be kept before the recording began.', dropped);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const isUrgent = this.#isUrgent;
    this.#isUrgent = false;
    if (this.#pending.isEmpty) return;
    const batches = this.#pending.take();
    this.#ring.append(batches, this.#fields.takeFresh('ring'), isUrgent);
    for (const { lane, events } of batches) if (lane !== 'dom' && lane !== 'screen') this.#tap?.lines(lane, events);
  }

  /** Forgets what is here. */
  clear(): void {
    this.#pending.take();
    this.#isUrgent = false;
  }

  #schedule(urgent: boolean): void {
    if (this.#ring === undefined) return;
    if (urgent && !this.#isUrgent && now() - this.#urgentMs >= URGENT_INTERVAL_MS) {
      this.#isUrgent = true;
      this.#urgentMs = now();
      // After the code that failed, before anything else: the page may hang or be closed next.
      queueMicrotask(() => {
        this.flush();
      });
    }
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, APPEND_INTERVAL_MS);
  }
}

import { seal } from '../../shared/bundle/seal.js';
import type { Anchor, Source } from '../../shared/session/clock.js';
import { inLaneOrder, LANES, type Lane } from '../../shared/session/lane.js';
import type { Segment } from '../../shared/session/segment.js';
import type { MaskedValue } from '../../shared/privacy/masked-values.js';
import { INCREMENTAL } from '../../shared/session/rrweb-numbers.js';
import { CheckoutGate, type Admitted } from './checkout-gate.js';
import { EventLines, scrubLine } from './event-lines.js';
import type { AppendMessage, RingBatch } from './messages.js';
import type { OpenSegment } from './open-segment.js';
import { OwnTotals } from './own-totals.js';
import type { DomItem, TextEvent, ScreenChunk } from './ring-event.js';
import type { Chunk, SegmentKey, SourceRow } from './ring-store.js';
import { ScreenFiles } from './screen-files.js';
import { Segmenter } from './segmenter.js';
import { keepAnchor, wallMsAt } from './source-clock.js';
import type { Storage } from './storage.js';

export interface WriterOptions {
  readonly session: string;
  readonly source: string;
  readonly originMs: number;
}

/**
 * Writes the events of this document: lines into chunks of open segments, open segments into sealed ones. Not to be used
 * by two callers at the same time: the worker takes one step after the other.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #storage: Storage;
  readonly #lines = new EventLines();
  readonly #totals = new OwnTotals();
  readonly #onCheckoutWanted: () => void;
  #segmenters = new Map<Lane, Segmenter>(LANES.map((lane) => [lane, new Segmenter(lane)]));
  #screen = this.#screenFiles();
  #gate = new CheckoutGate();
  #anchors: readonly Anchor[] = [];
  #batch = 0;
  #dropped = 0;

  constructor(options: WriterOptions, storage: Storage, onCheckoutWanted: () => void) {
    this.#options = options;
    this.#storage = storage;
    this.#onCheckoutWanted = onCheckoutWanted;
  }

  get totals(): OwnTotals {
    return this.#totals;
  }
  /** Events lost so far. */
  get dropped(): number {
    return this.#dropped;
  }
  get isWaitingForCheckout(): boolean {
    return this.#gate.isWaiting;
  }
  get unsealed(): readonly OpenSegment[] {
    return [...this.#segmenters.values()].flatMap((segmenter) => segmenter.unsealed);
  }
  get clock(): Pick<Source, 'anchors' | 'originMs'> {
    return { anchors: [...this.#anchors], originMs: this.#options.originMs };
  }

  /** Goes on where an earlier worker of this document stopped, if there was one; its unsealed segments are sealed already. */
  resume(row: SourceRow | undefined, sealed: readonly Segment[]): void {
    for (const segment of sealed) this.#totals.add(segment);
    if (row === undefined) return;
    this.#batch = row.batch;
    this.#anchors = row.anchors;
    this.#segmenters = new Map(
      inLaneOrder([...LANES, ...(Object.keys(row.last) as Lane[])]).map((lane) => [
        lane,
        new Segmenter(lane, row.last[lane]),
      ]),
    );
    this.#screen = this.#screenFiles();
    const last = row.last.dom;
    const isWhole = sealed.some(
      ({ lane, chain, sequence }) => lane === 'dom' && chain === last?.chain && sequence === last.sequence,
    );
    this.#gate = new CheckoutGate(isWhole);
  }

  addAnchor(anchor: Anchor): void {
    this.#anchors = keepAnchor(this.#anchors, anchor);
  }

  mask(values: readonly MaskedValue[]): void {
    const fresh = this.#lines.mask(values);
    if (fresh === undefined) return;
    // The first letters of what is being typed may stand in a line that is not sealed yet.
    for (const segment of this.unsealed) {
      // Pictures are masked as pictures are; letters found in their bytes are chance.
      if (segment.lane === 'screen' || segment.lane === 'thumbnail') continue;
      segment.rewrite((line) => scrubLine(fresh, line));
    }
  }

  /** Takes events into open segments. Nothing is stored before `store`. */
  ingest(message: AppendMessage): void {
    this.mask(message.masked);
    if (message.batch <= this.#batch) return;
    this.#batch = message.batch;
    if (message.gap) this.#losePlace();
    for (const batch of message.batches) {
      if (batch.lane === 'dom') this.#addDom(batch);
      else if (batch.lane === 'screen') this.#addScreen(batch);
      else this.#addLines(batch);
    }
  }

  /** Passes a message over as if it had been written: what it holds was erased on its way. */
  skip(message: AppendMessage): void {
    this.#lines.mask(message.masked);
    this.#batch = Math.max(this.#batch, message.batch);
  }

  /** Writes what the store does not have yet, and answers whether there was any. Without room it stays here for the next time. */
  async store(): Promise<boolean> {
    const written = this.unsealed.flatMap((segment) => {
      const unstored = segment.unstored();
      return unstored === undefined ? [] : [{ key: this.#keyOf(segment), ...unstored }];
    });
    if (written.length === 0) return false;
    const chunks = written.map(({ key, part, lines }): Chunk => ({ ...key, part, lines }));
    const rewritten = written.filter(({ isRewritten }) => isRewritten).map(({ key }) => key);
    const row = this.#row();
    await this.#storage.run((store) => store.append(row, chunks, rewritten));
    for (const { stored } of written) stored();
    return true;
  }

  /** Closes the segments whose time has come. */
  tick(nowMonoMs: number): void {
    for (const segmenter of this.#segmenters.values()) segmenter.tick(nowMonoMs);
  }

  closeAll(): void {
    for (const segmenter of this.#segmenters.values()) segmenter.close();
  }

  /** Seals the closed segments. One that finds no room is lost and counted; then it rejects, with the others done. */
  async sealClosed(): Promise<void> {
    let failure: Error | undefined;
    for (const segmenter of this.#segmenters.values()) {
      for (const segment of segmenter.closed) {
        await this.#seal(segmenter, segment).catch((error: unknown) => {
          failure ??= error instanceof Error ? error : new Error('A segment was not sealed.', { cause: error });
        });
      }
    }
    if (failure !== undefined) throw failure;
  }

  async #seal(segmenter: Segmenter, segment: OpenSegment): Promise<void> {
    const { source, session } = this.#options;
    const { lane, position, checkout, startMonoMs, endMonoMs, events } = segment;
    const sealed = await seal(
      {
        session,
        source,
        lane,
        ...position,
        startMonoMs,
        endMonoMs,
        startWallMs: wallMsAt(this.clock, startMonoMs),
        endWallMs: wallMsAt(this.clock, endMonoMs),
        events,
        ...(checkout ? { checkout: true as const } : {}),
      },
      segment.plain(),
    );
    segmenter.remove(segment);
    try {
      await this.#storage.run((store) => store.seal(this.#row(), sealed));
      this.#totals.add(sealed.segment);
    } catch (error) {
      this.#dropped += events;
      if (lane === 'dom') this.#losePlace();
      await this.#discard([this.#keyOf(segment)]);
      throw error;
    }
  }

  /** The sealed segments that there are now. */
  countAnew(sealed: readonly Segment[]): void {
    this.#totals.clear();
    for (const segment of sealed) this.#totals.add(segment);
  }

  /** What was stored of this source may be gone or out of reach: what is here is all that is certain. */
  restart(): void {
    if (!this.#gate.isWaiting) this.#losePlace();
    for (const segment of this.unsealed) segment.forgetStored();
  }

  /** Forgets everything that was recorded. The numbers of chains go on. */
  clear(): void {
    for (const segmenter of this.#segmenters.values()) segmenter.clear();
    this.#gate.wait('start');
    this.#totals.clear();
  }

  /** Puts down where this source stands, so that its numbers go on and its rows can be placed. */
  async putSource(): Promise<void> {
    const row = this.#row();
    await this.#storage.run((store) => store.putSource(row));
  }

  #addLines({ lane, events, monoMs }: RingBatch): void {
    const segmenter = this.#segmenterOf(lane);
    this.#lines.write(events as readonly TextEvent[]).forEach((line, index) => {
      if (line === undefined) this.#dropped++;
      else segmenter.add(line, monoMs[index] ?? 0, false);
    });
  }

  /** A lane of the app's own has one from its first event on. */
  #segmenterOf(lane: Lane): Segmenter {
    const segmenter = this.#segmenters.get(lane) ?? new Segmenter(lane);
    this.#segmenters.set(lane, segmenter);
    return segmenter;
  }

  #addScreen({ events, monoMs }: RingBatch): void {
    (events as readonly ScreenChunk[]).forEach((chunk, index) => {
      if (!this.#screen.add(chunk, monoMs[index] ?? 0)) this.#dropped += chunk.place === 'whole' ? 0 : chunk.frames;
    });
  }

  #screenFiles(): ScreenFiles {
    return new ScreenFiles(this.#segmenters.get('screen') as Segmenter);
  }

  #addDom({ events, monoMs }: RingBatch): void {
    const admitted = (events as readonly DomItem[]).flatMap((event, index): Admitted[] =>
      this.#gate.admit({ event, monoMs: monoMs[index] ?? 0 }),
    );
    const segmenter = this.#segmenters.get('dom') as Segmenter;
    const lines = this.#lines.write(admitted.map(({ event }) => event));
    for (const [index, { monoMs, startsChain }] of admitted.entries()) {
      const line = lines[index];
      if (line !== undefined) {
        segmenter.add(line, monoMs, startsChain);
        continue;
      }
      this.#dropped += admitted.length - index;
      this.#losePlace();
      break;
    }
    this.#dropped += this.#gate.takeLost();
    if (this.#gate.isWaiting && events.some(({ type }) => type === INCREMENTAL)) this.#onCheckoutWanted();
  }

  /** The dom lane has a hole: what comes after it cannot be replayed before the next full snapshot. */
  #losePlace(): void {
    const segmenter = this.#segmenters.get('dom') as Segmenter;
    segmenter.close();
    this.#gate.wait('gap');
    this.#dropped += this.#gate.takeLost();
    this.#onCheckoutWanted();
  }

  async #discard(keys: readonly SegmentKey[]): Promise<void> {
    try {
      await this.#storage.run((store) => store.discard(this.#row(), keys));
    } catch {
      // Deleting failed as storing did. These chunks are found again when this source is gone.
    }
  }

  #keyOf({ lane, position }: OpenSegment): SegmentKey {
    return { source: this.#options.source, lane, ...position };
  }

  #row(): SourceRow {
    const { source, session, originMs } = this.#options;
    return {
      source,
      session,
      originMs,
      anchors: this.#anchors,
      batch: this.#batch,
      last: Object.fromEntries(
        [...this.#segmenters].flatMap(([lane, { last }]) => (last === undefined ? [] : [[lane, last]])),
      ),
      unsealed: this.unsealed.map((segment) => segment.row()),
    };
  }
}

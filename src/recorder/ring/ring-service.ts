import type { ErrorResult } from '../../shared/errors.js';
import { toSessionMs } from '../../shared/session/clock.js';
import { CheckoutRequests } from './checkout-requests.js';
import { adoptDead, deadSources, sealLeftOver } from './dead-sources.js';
import { RingError } from './errors.js';
import { giveRows, rowsFor, type Give } from './hand-over.js';
import type { Now } from './keeper.js';
import { Keeping } from './keeping.js';
import { holdSource } from './liveness.js';
import type { AppendMessage, OpenMessage, Questions, RingTotals } from './messages.js';
import { openBus } from './ring-bus.js';
import type { RingStore } from './ring-store.js';
import { Steps } from './steps.js';
import { Storage } from './storage.js';
import { mergeTotals } from './totals.js';
import { Writer } from './writer.js';

/** How often open segments are looked at, so that a lane that fell silent is sealed too. */
const TICK_MS = 1000;

export interface RingServiceEvents {
  readonly stored: (batch: number, dropped: number) => void;
  readonly failure: (error: ErrorResult) => void;
  readonly checkoutWanted: () => void;
  /** Something that was not foreseen: this worker is to be replaced. */
  readonly broken: (error: unknown) => void;
}

/** The ring of one document, in its worker. */
export class RingService {
  readonly #options: OpenMessage;
  readonly #events: RingServiceEvents;
  readonly #storage: Storage;
  readonly #writer: Writer;
  readonly #checkouts: CheckoutRequests;
  readonly #keeping: Keeping;
  readonly #closing = new AbortController();
  /** A full disk is told and gone on from; anything unforeseen ends this worker. */
  readonly #steps = new Steps((error) => {
    this.#noteError(error);
  });
  readonly #bus = openBus({
    dropped: (chains) => {
      this.#writer.totals.removeChains(this.#options.source, chains);
    },
    checkoutWanted: (source) => {
      if (source === this.#options.source) this.#checkouts.forSize();
    },
  });
  readonly #ticking: ReturnType<typeof setInterval>;
  #monoOffsetMs: number;
  /** Batches that a step which has not begun yet will take together. */
  #waiting: AppendMessage[] | undefined;
  #failure: RingError | undefined;

  constructor(options: OpenMessage, openStore: () => Promise<RingStore>, events: RingServiceEvents) {
    this.#options = options;
    this.#events = events;
    this.#monoOffsetMs = options.nowMonoMs - performance.now();
    this.#checkouts = new CheckoutRequests(
      () => {
        // After what is being written now: the page that hears it has room for a snapshot then.
        this.#steps.start(async () => Promise.resolve().then(events.checkoutWanted));
      },
      () => performance.now(),
    );
    this.#storage = new Storage(openStore, {
      makeRoom: () => this.#keeping.makeRoom(),
      onReopened: () => {
        this.#startOver();
      },
      onMemoryOnly: (error) => {
        this.#noteError(error);
        this.#startOver();
        this.#keeping.keepOwnOnly();
      },
    });
    this.#writer = new Writer(options, this.#storage, () => {
      this.#checkouts.forGap();
    });
    const { session, source, settings } = options;
    this.#keeping = new Keeping({
      session,
      source,
      settings,
      storage: this.#storage,
      bus: this.#bus,
      now: () => this.#now(),
      onDropped: (chains) => {
        this.#writer.totals.removeChains(source, chains);
      },
      onCheckoutWanted: () => {
        this.#checkouts.forSize();
      },
      onError: (error) => {
        this.#noteError(error);
      },
    });
    this.#steps.start(() => this.#begin());
    this.#ticking = setInterval(() => {
      this.#steps.start(() => this.#tick());
    }, TICK_MS);
  }

  /** The page's monotonic clock, told by a message just received. The latest reading is the one that took least on its way. */
  setNow(nowMonoMs: number): void {
    this.#monoOffsetMs = Math.max(this.#monoOffsetMs, nowMonoMs - performance.now());
  }

  append(message: AppendMessage): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(message);
      return;
    }
    const messages = [message];
    this.#waiting = messages;
    this.#steps.start(() => {
      if (this.#waiting === messages) this.#waiting = undefined;
      return this.#write(messages);
    });
  }

  anchor(anchor: OpenMessage['anchors'][number]): void {
    this.#steps.start(() => {
      this.#writer.addAnchor(anchor);
      return this.#writer.putSource();
    });
  }

  totals(): Promise<RingTotals> {
    return this.#steps.run(() => {
      const { unsealed, totals, clock, dropped } = this.#writer;
      const oldestMonoMs = totals.oldestMonoMs(unsealed);
      const own = {
        lanes: totals.lanes(unsealed),
        oldestMs: oldestMonoMs === undefined ? undefined : toSessionMs(clock, oldestMonoMs),
      };
      const { lanes, oldestMs } = mergeTotals([own, this.#keeping.dead]);
      const failure = this.#failure;
      return Promise.resolve({
        lanes,
        ...(oldestMs === undefined ? {} : { oldestMs }),
        dropped,
        ...(failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } }),
      });
    });
  }

  async handOver(request: Questions['handOver']['ask'], give: Give): Promise<{ dead: string[] }> {
    await this.#sealAll();
    const { session, source } = this.#options;
    const { dead, rows } = await this.#storage.run(async (store) => {
      const adopted = request.isElected ? await adoptDead(store, session) : [];
      const own = { session, source, anchors: this.#writer.clock.anchors };
      return { dead: adopted, rows: await rowsFor(store, request, own, adopted, this.#now()) };
    });
    await giveRows(rows, (key) => this.#storage.run((store) => store.payload(key)), give);
    return { dead };
  }

  wipe(): Promise<void> {
    // What waits was recorded before and is not to be written first; what comes from now on is for the step after this one.
    const waiting = this.#waiting?.splice(0) ?? [];
    this.#waiting = undefined;
    return this.#steps.run(async () => {
      for (const message of waiting) this.#writer.skip(message);
      this.#writer.clear();
      this.#keeping.forgetDead();
      await this.#storage.erase(async (store) => [
        this.#options.source,
        ...(await deadSources(store)).map(({ source }) => source),
      ]);
      await this.#writer.putSource();
      const last = waiting.at(-1);
      if (last !== undefined) this.#events.stored(last.batch, this.#writer.dropped);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#ticking);
    await this.#sealAll();
    this.#keeping.stop();
    this.#closing.abort();
    this.#bus.close();
    this.#storage.close();
  }

  async #begin(): Promise<void> {
    const { source, anchors, masked } = this.#options;
    await holdSource(source, this.#closing.signal);
    const row = await this.#storage.run((store) => sealLeftOver(store, source));
    this.#writer.resume(row, await this.#storage.run((store) => store.segments(source)));
    for (const anchor of anchors) this.#writer.addAnchor(anchor);
    this.#writer.mask(masked);
    await this.#writer.putSource();
    if (!this.#storage.isMemory) this.#keeping.standForElection();
  }

  /** The store is another one: what it has of this source is counted anew. */
  #startOver(): void {
    this.#writer.restart();
    this.#steps.start(async () => {
      const sealed = await this.#storage.run((store) => store.segments(this.#options.source));
      this.#writer.countAnew(sealed);
    });
  }

  async #write(messages: readonly AppendMessage[]): Promise<void> {
    const last = messages.at(-1);
    if (last === undefined) return;
    for (const message of messages) this.#writer.ingest(message);
    if (!this.#writer.isWaitingForCheckout) this.#checkouts.met();
    await this.#save().finally(() => {
      this.#events.stored(last.batch, this.#writer.dropped);
    });
  }

  async #tick(): Promise<void> {
    this.#writer.tick(this.#now().monoMs);
    await this.#save();
  }

  /** Sealing goes on when storing failed: a segment that finds no room is let go there, so that memory stays bounded. */
  async #save(): Promise<void> {
    const [stored] = await Promise.allSettled([this.#writer.store()]);
    await this.#writer.sealClosed();
    if (stored.status === 'rejected') throw stored.reason;
    // Something was written: there is room again.
    if (stored.value && this.#failure?.code === 'ring-full') this.#failure = undefined;
  }

  /** What could not be sealed is counted as lost; what is in the store already is there for the caller all the same. */
  async #sealAll(): Promise<void> {
    const sealing = this.#steps.run(() => {
      this.#writer.closeAll();
      return this.#writer.sealClosed();
    });
    await sealing.catch((error: unknown) => {
      if (!(error instanceof RingError)) throw error;
    });
  }

  #noteError(error: unknown): void {
    if (!(error instanceof RingError)) {
      this.#events.broken(error);
      return;
    }
    if (this.#failure?.code === error.code || this.#failure?.code === 'ring-memory-only') return;
    this.#failure = error;
    this.#events.failure({ code: error.code, message: error.message });
  }

  #now(): Now & { readonly monoMs: number } {
    const monoMs = performance.now() + this.#monoOffsetMs;
    return { monoMs, sessionMs: toSessionMs(this.#writer.clock, monoMs), wallMs: Date.now() };
  }
}

import type { ErrorResult } from '../../shared/errors.js';
import { selectRows, toChains } from '../../shared/session/chains.js';
import { toSessionMs } from '../../shared/session/clock.js';
import type { Segment } from '../../shared/session/segment.js';
import { CheckoutRequests } from './checkout-requests.js';
import { deadSources, sealLeftOver } from './dead-sources.js';
import { RingError } from './errors.js';
import { giveRows, type Give } from './hand-over.js';
import { keep, makeRoom, type KeeperReport, type Now } from './keeper.js';
import { becomeKeeper, holdSource } from './liveness.js';
import type { AppendMessage, OpenMessage, Questions, RingTotals, Stretch } from './messages.js';
import { openBus } from './ring-bus.js';
import type { ChainKey, RingStore } from './ring-store.js';
import { Placing } from './source-clock.js';
import { Storage } from './storage.js';
import { mergeTotals } from './totals.js';
import { Writer } from './writer.js';

/** How often open segments are looked at, so that a lane that fell silent is sealed too. */
const TICK_MS = 1000;
/** How often retention runs, at most ... */
const KEEP_INTERVAL_MS = 5000;
/** ... and at most this share of the time: a ring of many hours takes longer to look through. */
const KEEP_SHARE = 0.1;
/** Without a database the ring lives in the page's memory. */
const MEMORY_RING_MAX_BYTES = 32 * 1024 * 1024;

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
  readonly #closing = new AbortController();
  readonly #keeping = new AbortController();
  readonly #bus = openBus({
    dropped: (chains) => {
      this.#forget(chains);
    },
    checkoutWanted: (source) => {
      if (source === this.#options.source) this.#checkouts.forSize();
    },
  });
  readonly #ticking: ReturnType<typeof setInterval>;
  #monoOffsetMs: number;
  #tail: Promise<void> = Promise.resolve();
  /** Batches that a step which has not begun yet will take together. */
  #waiting: AppendMessage[] | undefined;
  #failure: RingError | undefined;
  #isKeeping = false;
  #dead: KeeperReport['dead'] = { lanes: [], oldestMs: undefined };

  constructor(options: OpenMessage, openStore: () => Promise<RingStore>, events: RingServiceEvents) {
    this.#options = options;
    this.#events = events;
    this.#monoOffsetMs = options.nowMonoMs - performance.now();
    this.#checkouts = new CheckoutRequests(events.checkoutWanted, () => performance.now());
    this.#storage = new Storage(openStore, {
      makeRoom: () => this.#makeRoom(),
      onReopened: () => {
        this.#writer.restart();
      },
      onMemoryOnly: (error) => {
        this.#fail(error);
        this.#writer.restart();
        this.#keeping.abort();
        this.#startKeeping();
      },
    });
    this.#writer = new Writer(options, this.#storage, () => {
      this.#checkouts.forGap();
    });
    this.#background(() => this.#begin());
    this.#ticking = setInterval(() => {
      this.#background(() => this.#tick());
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
    this.#background(() => {
      if (this.#waiting === messages) this.#waiting = undefined;
      return this.#write(messages);
    });
  }

  anchor(anchor: OpenMessage['anchors'][number]): void {
    this.#background(() => {
      this.#writer.addAnchor(anchor);
      return this.#writer.putSource();
    });
  }

  totals(): Promise<RingTotals> {
    return this.#step(() => {
      const unsealed = this.#writer.unsealed;
      const oldestMonoMs = this.#writer.totals.oldestMonoMs(unsealed);
      const own = {
        lanes: this.#writer.totals.lanes(unsealed),
        oldestMs: oldestMonoMs === undefined ? undefined : toSessionMs(this.#writer.clock, oldestMonoMs),
      };
      const { lanes, oldestMs } = mergeTotals(this.#isKeeping ? [own, this.#dead] : [own]);
      return Promise.resolve({
        lanes,
        ...(oldestMs === undefined ? {} : { oldestMs }),
        dropped: this.#writer.dropped,
        ...(this.#failure === undefined
          ? {}
          : { failure: { code: this.#failure.code, message: this.#failure.message } }),
      });
    });
  }

  async handOver(request: Questions['handOver']['ask'], give: Give): Promise<{ dead: string[] }> {
    await this.#sealAll();
    const dead = request.isElected ? await this.#adoptDead() : [];
    const rows = await this.#rowsFor(request, dead);
    await giveRows(rows, (key) => this.#storage.run((store) => store.payload(key)), give);
    return { dead };
  }

  wipe(): Promise<void> {
    // What waits was recorded before and is not to be written first; what comes from now on is for the step after this one.
    const waiting = this.#waiting?.splice(0) ?? [];
    this.#waiting = undefined;
    return this.#step(async () => {
      for (const message of waiting) this.#writer.skip(message);
      this.#writer.clear();
      this.#dead = { lanes: [], oldestMs: undefined };
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
    this.#keeping.abort();
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
    becomeKeeper(this.#keeping.signal, () => {
      this.#startKeeping();
    }).catch(this.#events.broken);
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
    const sealing = this.#step(() => {
      this.#writer.closeAll();
      return this.#writer.sealClosed();
    });
    await sealing.catch((error: unknown) => {
      if (!(error instanceof RingError)) throw error;
    });
  }

  #background(work: () => Promise<void>): void {
    this.#step(work).catch(() => undefined); // #step has told what there is to tell.
  }

  /** One thing after the other. A full disk is told and gone on from; anything unforeseen ends this worker. */
  #step<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(work);
    this.#tail = done.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof RingError) this.#fail(error);
        else this.#events.broken(error);
      },
    );
    return done;
  }

  #fail(error: RingError): void {
    if (this.#failure?.code === error.code || this.#failure?.code === 'ring-memory-only') return;
    this.#failure = error;
    this.#events.failure({ code: error.code, message: error.message });
  }

  #forget(chains: readonly ChainKey[]): void {
    this.#writer.totals.removeChains(this.#options.source, chains);
  }

  #now(): Now & { readonly monoMs: number } {
    const monoMs = performance.now() + this.#monoOffsetMs;
    return { monoMs, sessionMs: toSessionMs(this.#writer.clock, monoMs), wallMs: Date.now() };
  }

  #startKeeping(): void {
    if (this.#isKeeping) return;
    this.#isKeeping = true;
    void this.#keepOn();
  }

  async #keepOn(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const begun = performance.now();
      try {
        await this.#keepOnce();
      } catch (error) {
        if (!(error instanceof RingError)) {
          this.#events.broken(error);
          return;
        }
        this.#fail(error);
      }
      const restMs = Math.max(KEEP_INTERVAL_MS, (performance.now() - begun) / KEEP_SHARE);
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  async #keepOnce(): Promise<void> {
    const { session, settings } = this.#options;
    const limits = this.#storage.isMemory
      ? { ...settings, maxBytes: Math.min(settings.maxBytes, MEMORY_RING_MAX_BYTES) }
      : settings;
    const report = await this.#storage.run((store) => keep(store, session, limits, this.#now()));
    this.#dead = report.dead;
    this.#announce(report.dropped);
    if (report.checkoutWantedOf === this.#options.source) this.#checkouts.forSize();
    else if (report.checkoutWantedOf !== undefined) this.#bus.checkoutWanted(report.checkoutWantedOf);
  }

  async #makeRoom(): Promise<boolean> {
    const dropped = await this.#storage.run((store) => makeRoom(store, this.#options.session, this.#now()));
    this.#announce(dropped);
    return dropped.length > 0;
  }

  #announce(dropped: readonly ChainKey[]): void {
    this.#forget(dropped);
    this.#bus.dropped(dropped);
  }

  /** Sources of this session that are gone; what they left open is sealed. */
  #adoptDead(): Promise<string[]> {
    return this.#storage.run(async (store) => {
      const dead = (await deadSources(store)).filter(({ session }) => session === this.#options.session);
      for (const { source } of dead) await sealLeftOver(store, source);
      return dead.map(({ source }) => source);
    });
  }

  async #rowsFor({ startMs, endMs }: Stretch, dead: readonly string[]): Promise<Segment[]> {
    const { session, source: own } = this.#options;
    const sources = [own, ...dead];
    const { segments, rows } = await this.#storage.run(async (store) => ({
      segments: (await Promise.all(sources.map((source) => store.segments(source)))).flat(),
      rows: await store.sources(),
    }));
    const placing = new Placing(session, [...rows, { source: own, anchors: this.#writer.clock.anchors }], this.#now());
    const lastDom = Math.max(
      ...segments.filter(({ source, lane }) => source === own && lane === 'dom').map(({ chain }) => chain),
    );
    const chains = toChains(
      segments.map((segment) => placing.place(segment)),
      (source, lane, chain) => source === own && lane === 'dom' && chain === lastDom,
    );
    return selectRows(chains, startMs, endMs).map(({ segment }) => segment);
  }
}

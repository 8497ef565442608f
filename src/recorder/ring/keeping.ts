import { RingError } from './errors.js';
import { keep, makeRoom, type KeeperReport, type Now } from './keeper.js';
import { becomeKeeper } from './liveness.js';
import type { RingSettings } from './messages.js';
import type { RingBus } from './ring-bus.js';
import type { ChainKey } from './ring-store.js';
import type { Storage } from './storage.js';

/** How often retention runs, at most ... */
const INTERVAL_MS = 5000;
/** ... and at most this share of the time: a ring of many hours takes longer to look through. */
const SHARE = 0.1;
/** Without a database the ring lives in the page's memory. */
const MEMORY_RING_MAX_BYTES = 32 * 1024 * 1024;

const NOTHING: KeeperReport['dead'] = { lanes: [], oldestMs: undefined };

export interface KeepingOptions {
  readonly session: string;
  readonly source: string;
  readonly settings: RingSettings;
  readonly storage: Storage;
  readonly bus: RingBus;
  readonly now: () => Now;
  readonly onDropped: (chains: readonly ChainKey[]) => void;
  /** This source's own open chain should end. */
  readonly onCheckoutWanted: () => void;
  readonly onError: (error: unknown) => void;
}

/** Retention over all windows, by the one that holds the lock; over its own rows by a window that has memory only. */
export class Keeping {
  readonly #options: KeepingOptions;
  readonly #election = new AbortController();
  #isRunning = false;
  #isStopped = false;
  #dead = NOTHING;

  constructor(options: KeepingOptions) {
    this.#options = options;
  }

  /** What sources that are gone have left; nothing while another window looks after them. */
  get dead(): KeeperReport['dead'] {
    return this.#dead;
  }

  /** Begins when this window is elected. */
  standForElection(): void {
    becomeKeeper(this.#election.signal, () => {
      this.#start();
    }).catch(this.#options.onError);
  }

  /** There is no database any more: another window shall look after it, and this one after its own rows. */
  keepOwnOnly(): void {
    this.#election.abort();
    this.#dead = NOTHING;
    this.#start();
  }

  forgetDead(): void {
    this.#dead = NOTHING;
  }

  stop(): void {
    this.#isStopped = true;
    this.#election.abort();
  }

  /** Deletes the oldest chains because the disk is full; answers whether there were any. */
  async makeRoom(): Promise<boolean> {
    const { storage, session, now } = this.#options;
    const dropped = await storage.run((store) => makeRoom(store, session, now()));
    this.#announce(dropped);
    return dropped.length > 0;
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#keepOn();
  }

  async #keepOn(): Promise<void> {
    while (!this.#isStopped) {
      const begun = performance.now();
      try {
        await this.#keepOnce();
      } catch (error) {
        this.#options.onError(error);
        if (!(error instanceof RingError)) return;
      }
      const restMs = Math.max(INTERVAL_MS, (performance.now() - begun) / SHARE);
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  }

  async #keepOnce(): Promise<void> {
    const { storage, session, source, settings, now, bus, onCheckoutWanted } = this.#options;
    const limits = storage.isMemory
      ? { ...settings, maxBytes: Math.min(settings.maxBytes, MEMORY_RING_MAX_BYTES) }
      : settings;
    const report = await storage.run((store) => keep(store, session, limits, now()));
    this.#dead = report.dead;
    this.#announce(report.dropped);
    if (report.checkoutWantedOf === source) onCheckoutWanted();
    else if (report.checkoutWantedOf !== undefined) bus.checkoutWanted(report.checkoutWantedOf);
  }

  #announce(dropped: readonly ChainKey[]): void {
    this.#options.onDropped(dropped);
    this.#options.bus.dropped(dropped);
  }
}

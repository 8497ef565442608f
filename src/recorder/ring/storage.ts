import { RingError } from './errors.js';
import { MemoryStore } from './memory-store.js';
import type { RingStore } from './ring-store.js';

/** A database that has not opened by then will not. */
const OPEN_TIMEOUT_MS = 10_000;
/** While a customer clears the storage, databases that are opened anew are closed again, for about as long. */
const REOPEN_PAUSES_MS = [300, 1200];
/** Room is made no more often: the browser frees it some seconds later, and a disk that others fill must not cost all. */
const MAKE_ROOM_INTERVAL_MS = 15_000;

export interface StorageEvents {
  /** The disk is full. Deletes what can be spared and answers whether that was anything. */
  readonly makeRoom: () => Promise<boolean>;
  /** The database was lost and opened anew: it may be empty. */
  readonly onReopened: () => void;
  /** From now on only memory. */
  readonly onMemoryOnly: (error: RingError) => void;
}

/**
 * The store, and what to do when it fails: make room and try once more when it is full, open it anew when it was closed
 * under us (storage cleared by the customer, broken file), and go on in memory when that does not help.
 */
export class Storage {
  readonly #openStore: () => Promise<RingStore>;
  readonly #events: StorageEvents;
  /** Set while it is open; `#opening` as soon as it is being opened, so that two callers share one. */
  #store: RingStore | undefined;
  #opening: Promise<RingStore> | undefined;
  #hasOpened = false;
  #isMemory = false;
  #nextRoomMs = -Infinity;

  constructor(openStore: () => Promise<RingStore>, events: StorageEvents) {
    this.#openStore = openStore;
    this.#events = events;
  }

  get isMemory(): boolean {
    return this.#isMemory;
  }

  /** Rejects with RingError `ring-full` only. */
  async run<T>(work: (store: RingStore) => Promise<T>): Promise<T> {
    const store = await this.#current();
    try {
      return await work(store);
    } catch (error) {
      return await (isQuotaError(error) ? this.#runWithRoom(work, error) : this.#runAnew(work, store));
    }
  }

  /** Erases in the database, and in memory too if the ring has gone on there. Rejects when the database cannot do it. */
  async erase(sources: (store: RingStore) => Promise<string[]>): Promise<void> {
    if (this.#isMemory && this.#store !== undefined) await this.#store.erase(await sources(this.#store));
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#withDatabase(async (database) => database.erase(await sources(database)));
        return;
      } catch (error) {
        if (isWithoutDatabase(error)) return;
        if (attempt > 0) throw new RingError('ring-not-wiped', { cause: error });
      }
    }
  }

  close(): void {
    this.#forget(this.#store);
  }

  /** The database for one piece of work, whatever the ring writes to now. */
  async #withDatabase(work: (database: RingStore) => Promise<void>): Promise<void> {
    const own = this.#isMemory ? undefined : this.#store;
    const database = own ?? (await withTimeout(this.#openStore()));
    try {
      await work(database);
    } catch (error) {
      this.#forget(own);
      throw error;
    } finally {
      if (own === undefined) database.close();
    }
  }

  #current(): Promise<RingStore> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<RingStore> {
    for (let attempt = 0; ; attempt++) {
      try {
        this.#store = await withTimeout(this.#openStore());
        this.#hasOpened = true;
        return this.#store;
      } catch (error) {
        const pauseMs = this.#hasOpened && !(error instanceof TooLate) ? REOPEN_PAUSES_MS[attempt] : undefined;
        if (pauseMs === undefined) return this.#stepDown(error);
        await pause(pauseMs);
      }
    }
  }

  async #runWithRoom<T>(work: (store: RingStore) => Promise<T>, cause: unknown): Promise<T> {
    if (performance.now() >= this.#nextRoomMs) {
      // Set before: making room uses the store too, and must not make room for itself.
      this.#nextRoomMs = performance.now() + MAKE_ROOM_INTERVAL_MS;
      try {
        if (await this.#events.makeRoom()) return await work(await this.#current());
      } catch (error) {
        throw new RingError('ring-full', { cause: error });
      }
    }
    throw new RingError('ring-full', { cause });
  }

  async #runAnew<T>(work: (store: RingStore) => Promise<T>, failed: RingStore): Promise<T> {
    let [store, cause]: [RingStore, unknown] = [failed, undefined];
    for (const pauseMs of [0, ...REOPEN_PAUSES_MS]) {
      // Others may have failed with the same store: only the first of them gives it up.
      const isFirst = this.#forget(store);
      if (pauseMs > 0) await pause(pauseMs);
      store = await this.#current();
      if (this.#isMemory) return work(store);
      if (isFirst) this.#events.onReopened();
      try {
        return await work(store);
      } catch (error) {
        if (isQuotaError(error)) throw new RingError('ring-full', { cause: error });
        cause = error;
      }
    }
    this.#forget(store);
    return work(this.#isMemory ? await this.#current() : this.#stepDown(cause));
  }

  #stepDown(cause: unknown): RingStore {
    const store = new MemoryStore();
    this.#store = store;
    this.#opening = Promise.resolve(store);
    this.#isMemory = true;
    this.#events.onMemoryOnly(new RingError('ring-memory-only', { cause }));
    return store;
  }

  /** Answers whether it was the current one. */
  #forget(store: RingStore | undefined): boolean {
    if (store === undefined || store !== this.#store || this.#isMemory) return false;
    this.#store = undefined;
    this.#opening = undefined;
    try {
      store.close();
    } catch {
      // It is broken already; there is nothing left to close.
    }
    return true;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

/** Dexie passes the database's error on, alone or inside of its own. */
function isQuotaError(error: unknown): boolean {
  if (nameOf(error) === 'QuotaExceededError') return true;
  return error instanceof Error && 'inner' in error && nameOf(error.inner) === 'QuotaExceededError';
}

/** This browser has no database at all, so nothing was ever stored. */
function isWithoutDatabase(error: unknown): boolean {
  return nameOf(error) === 'MissingAPIError';
}

class TooLate extends Error {
  override readonly name = 'TooLate';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function withTimeout(opening: Promise<RingStore>): Promise<RingStore> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate('The database did not open.'));
      // Should it open after all, it is closed again: the ring has gone on without it.
      opening.then(
        (store) => {
          store.close();
        },
        () => undefined,
      );
    }, OPEN_TIMEOUT_MS);
  });
  try {
    return await Promise.race([opening, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

import { randomBytes, randomUUID } from 'node:crypto';
import { toErrorResult } from '../../shared/errors.js';
import type { CompleteAnswer } from '../../shared/protocol/desk.js';
import type { Delivery } from '../../shared/protocol/host.js';
import { mintReceiptCode } from '../../shared/report/receipt-code.js';
import type { ReportHead } from '../../shared/report/report.js';
import { DeskClient, DeskDelay, deskUrlProblem, type DeskAddress, type Fetch } from './desk-client.js';
import type { Assembled } from './draft.js';
import type { FileSystem } from './durable-file.js';
import type { HostClock } from './host-clock.js';
import type { InstallIdentity } from './identity.js';
import {
  isElsewhere,
  newItem,
  nextPart,
  takesParts,
  viewOf,
  withAnswer,
  withPart,
  type OutboxItem as Item,
} from './outbox-item.js';
import { OutboxStore, type OutboxPart, type OutboxRecord } from './outbox-store.js';
import { retryDelayMs } from './retry-delay.js';
import { diskError, ServiceError } from './service-errors.js';
import { decideParts } from './decide-parts.js';
import { uploadPart } from './upload-part.js';

export interface OutboxOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly clock: HostClock;
  readonly desk: DeskAddress | undefined;
  /** Who signs the parts that a report is sent in. */
  readonly identity: Pick<InstallIdentity, 'keys' | 'signer'>;
  readonly fetch: Fetch;
  /** Tells when this computer's network changes; returns the function that stops. */
  readonly watchNetwork: (onChange: () => void) => () => void;
  readonly random?: () => number;
}

export type ReportWords = Pick<ReportHead, 'session' | 'app' | 'description' | 'install'>;

const MAX_REPORTS = 50;
/** So long, and so many, delivered bundles can still be saved to a file. */
const KEEP_DELIVERED_MS = 7 * 24 * 3_600_000;
const KEEP_DELIVERED = 10;
const PROGRESS_INTERVAL_MS = 200;

/** The reports that the customer sent: durable here before they are told so, then delivered by itself, however long it takes. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #store: OutboxStore;
  readonly #client: DeskClient | undefined;
  readonly #destination: string | undefined;
  readonly #isLoopback: boolean;
  readonly #items = new Map<string, Item>();
  readonly #listeners = new Set<() => void>();
  readonly #stopWatching: () => void;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #toldMs = -Infinity;

  /** Rejects with `desk-url` where reports would travel readable. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const problem = options.desk === undefined ? undefined : deskUrlProblem(options.desk.url);
    if (problem !== undefined) throw problem;
    const store = new OutboxStore(options.fs, options.folder);
    const outbox = new Outbox(options, store, await store.open());
    await outbox.#tidy();
    outbox.#pump();
    return outbox;
  }

  private constructor(options: OutboxOptions, store: OutboxStore, records: readonly OutboxRecord[]) {
    this.#options = options;
    this.#store = store;
    this.#client = options.desk === undefined ? undefined : new DeskClient(options.desk, options.fetch);
    this.#destination = options.desk === undefined ? undefined : new URL(options.desk.url).origin;
    this.#isLoopback = /\/\/(localhost|127\.|\[::1\])/.test(this.#destination ?? '');
    for (const record of records) this.#items.set(record.head.id, newItem(record));
    this.#stopWatching = options.watchNetwork(() => {
      for (const item of this.#items.values()) if (item.error?.code === 'offline') this.#wake(item);
    });
  }

  /** The desk's origin, for the consent; undefined where there is none. */
  get destination(): string | undefined {
    return this.#destination;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Newest first. */
  list(): Delivery[] {
    return [...this.#items.values()].map((item) => viewOf(item, this.#destination)).reverse();
  }

  /** Resolves when the report would survive a power cut. The bundle is moved, not copied. */
  async put(bundle: Assembled, words: ReportWords): Promise<Delivery> {
    if (this.#items.size >= MAX_REPORTS) throw new ServiceError('outbox-full');
    const record: OutboxRecord = {
      version: 2,
      head: { id: randomUUID(), receiptCode: this.#mintCode(), createdMs: this.#options.clock.wallMs(), ...words },
      whole: { bytes: bundle.bytes, sha256: bundle.sha256 },
      ...(this.#destination === undefined ? {} : { destination: this.#destination }),
      status: this.#destination === undefined ? 'stored' : 'pending',
    };
    try {
      await this.#store.put(record, bundle.path);
    } catch (error) {
      throw diskError(error);
    }
    const item = newItem(record);
    this.#items.set(record.head.id, item);
    this.#changed();
    this.#pump();
    return viewOf(item, this.#destination);
  }

  /** The head of a report to which a part can be added; undefined where it is not listed, or was not sent. */
  sentHead(id: string): ReportHead | undefined {
    const record = this.#items.get(id)?.record;
    return record !== undefined && takesParts(record) ? record.head : undefined;
  }

  /**
   * Adds a later part to a report that was sent: with the customer's consent, which the caller has. Resolves when it would
   * survive a power cut. The bundle is moved. Rejects with `no-such-delivery` where the report takes none.
   */
  async addPart(id: string, bundle: Assembled): Promise<{ number: number; bytes: number }> {
    const item = this.#item(id);
    // Whatever it is split into comes before: numbers are given once.
    if (item.record.parts === undefined) await this.#decideParts(item);
    const number = await this.#inTurn(item, async () => {
      if (!takesParts(item.record)) throw new ServiceError('no-such-delivery');
      const record = withPart(item.record, bundle);
      const added = record.parts?.at(-1)?.number ?? 0;
      try {
        await this.#store.putPart(record, added, bundle.path);
        await this.#save(item, record);
      } catch (error) {
        throw diskError(error);
      }
      return added;
    });
    this.#changed();
    this.#pump();
    return { number, bytes: bundle.bytes };
  }

  /** The customer asks for another attempt now: for one that was refused or stored, that is their consent to this desk. */
  async retry(id: string): Promise<void> {
    const item = this.#item(id);
    const { status } = item.record;
    if (this.#destination === undefined || status === 'delivered' || status === 'quarantined') return;
    if (status !== 'pending' || item.record.destination !== this.#destination) {
      const { head, whole, parts, destination } = item.record;
      // Another desk has nothing of it yet.
      const same = parts !== undefined && destination === this.#destination ? { parts } : {};
      await this.#save(item, { version: 2, head, whole, ...same, status: 'pending', destination: this.#destination });
    }
    this.#wake(item);
  }

  async remove(id: string): Promise<void> {
    const item = this.#item(id);
    this.#items.delete(id);
    clearTimeout(item.timer);
    if (item.abort !== undefined) {
      item.abort.abort();
      await this.#running; // Its last write must not come after the removal.
    }
    await this.#store.remove(item.record);
    this.#changed();
  }

  async read(id: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { record } = this.#item(id);
    if (record.isFileGone === true) throw new ServiceError('delivery-gone');
    try {
      return await this.#store.read(record, offset, length);
    } catch (error) {
      throw new ServiceError('bundle-lost', { cause: error });
    }
  }

  /** Stops sending; what was not delivered goes on at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    for (const item of this.#items.values()) {
      clearTimeout(item.timer);
      item.abort?.abort();
    }
    await this.#running;
  }

  #item(id: string): Item {
    const item = this.#items.get(id);
    if (item === undefined) throw new ServiceError('no-such-delivery');
    return item;
  }

  #mintCode(): string {
    const taken = new Set([...this.#items.values()].map(({ record }) => record.head.receiptCode));
    for (;;) {
      const code = mintReceiptCode(randomBytes(10));
      if (!taken.has(code)) return code;
    }
  }

  #wake(item: Item): void {
    clearTimeout(item.timer);
    item.retryMs = undefined;
    this.#pump();
  }

  /** One part at a time, since a slow line is not shared: first parts before the rest of any report, the oldest first. */
  #pump(): void {
    if (this.#running !== undefined || this.#isClosed || this.#client === undefined) return;
    const client = this.#client;
    const ready = [...this.#items.values()].filter(
      ({ record, retryMs }) =>
        record.status === 'pending' && retryMs === undefined && !isElsewhere(record, this.#destination),
    );
    const next = ready.find(({ record }) => (nextPart(record)?.number ?? 0) === 0) ?? ready[0];
    if (next === undefined) return;
    this.#running = this.#deliver(client, next).finally(() => {
      this.#running = undefined;
      this.#changed();
      this.#pump();
    });
  }

  /** Sends the next part. Never rejects: whatever happens becomes a status. */
  async #deliver(client: DeskClient, item: Item): Promise<void> {
    item.abort = new AbortController();
    this.#changed();
    try {
      const part = nextPart(item.record) ?? (await this.#decideParts(item));
      item.abort.signal.throwIfAborted();
      const { number, bytes, sha256 } = part;
      const answer = await uploadPart({
        client,
        head: item.record.head,
        toSend: {
          part: { number, bytes, sha256 },
          read: (offset, length) => this.#store.readPart(item.record, part, offset, length),
        },
        signal: item.abort.signal,
        monoMs: () => this.#options.clock.monoMs(),
        onProgress: ({ sentBytes, keptBytes }) => {
          if (keptBytes > item.keptBytes) item.failures = 0;
          item.sentBytes = sentBytes;
          item.keptBytes = keptBytes;
          this.#tellProgress();
        },
      });
      await this.#partSent(item, part, answer);
    } catch (error) {
      if (item.abort.signal.aborted) return;
      if (error instanceof DeskDelay) this.#wait(item, error);
      else await this.#settle(item, { ...item.record, error: toErrorResult(error), status: 'refused' });
    } finally {
      item.abort = undefined;
    }
  }

  /** How a report is sent is decided once, and durable before the desk hears of it. */
  async #decideParts(item: Item): Promise<OutboxPart> {
    return await this.#inTurn(item, async () => {
      const [decided] = item.record.parts ?? [];
      if (decided !== undefined) return decided;
      const { fs, identity } = this.#options;
      const parts = await decideParts({ fs, store: this.#store, record: item.record, identity });
      await this.#save(item, { ...item.record, parts });
      return parts[0];
    });
  }

  async #partSent(item: Item, { number }: OutboxPart, answer: CompleteAnswer): Promise<void> {
    await this.#inTurn(item, async () => {
      const record = withAnswer(item.record, number, answer);
      item.sentBytes = 0;
      item.keptBytes = 0;
      await (record.status === 'pending' ? this.#keep(item, record) : this.#settle(item, record));
      await this.#store.removePart(record, number).catch(() => undefined); // At the next start, then.
    });
  }

  /** A record is changed by one at a time, each upon what the one before left. */
  async #inTurn<T>(item: Item, work: () => Promise<T>): Promise<T> {
    const turn = item.changing.then(work);
    item.changing = turn.catch(() => undefined);
    return await turn;
  }

  #wait(item: Item, delay: DeskDelay): void {
    item.failures += 1;
    item.error = toErrorResult(delay);
    const { random = Math.random } = this.#options;
    const delayMs = retryDelayMs(item.failures, delay, this.#isLoopback, random);
    item.retryMs = this.#options.clock.wallMs() + delayMs;
    item.timer = setTimeout(() => {
      this.#wake(item);
    }, delayMs).unref();
  }

  async #settle(item: Item, record: OutboxRecord): Promise<void> {
    item.error = undefined;
    await this.#keep(item, { ...record, settledMs: this.#options.clock.wallMs() });
    await this.#tidy();
  }

  async #keep(item: Item, record: OutboxRecord): Promise<void> {
    try {
      await this.#save(item, record);
    } catch {
      // The disk is full: true for this run, and asked of the desk again at the next, which answers the same.
      item.record = record;
    }
  }

  async #save(item: Item, record: OutboxRecord): Promise<void> {
    if (this.#items.get(record.head.id) !== item) return;
    await this.#store.save(record);
    item.record = record;
  }

  /** Bundles of what was delivered are kept for a while, so that the customer can still save them to a file. */
  async #tidy(): Promise<void> {
    const sinceMs = this.#options.clock.wallMs() - KEEP_DELIVERED_MS;
    const delivered = [...this.#items.values()].filter(
      ({ record }) => (record.status === 'delivered' || record.status === 'quarantined') && record.isFileGone !== true,
    );
    for (const [index, item] of delivered.reverse().entries()) {
      if (index < KEEP_DELIVERED && (item.record.settledMs ?? 0) >= sinceMs) continue;
      try {
        await this.#save(item, { ...item.record, isFileGone: true });
        await this.#store.removeWhole(item.record);
      } catch {
        // Tried again after the next delivery.
      }
    }
  }

  #tellProgress(): void {
    const nowMs = this.#options.clock.monoMs();
    if (nowMs - this.#toldMs < PROGRESS_INTERVAL_MS) return;
    this.#toldMs = nowMs;
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

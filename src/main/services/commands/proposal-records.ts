import type { FileSystem } from '../durable-file.js';
import type { HostClock } from '../host-clock.js';
import { diskError } from '../service-errors.js';
import { CommandError } from './command-errors.js';
import { expiresAt, IDLE_EXPIRY_MS, MAX_RECORDS } from './proposal-limits.js';
import { isSettled, type ProposalRecord } from './proposal-record.js';
import { ProposalStore } from './proposal-store.js';

/** What the panel lists of the past. */
const MAX_LISTED = 50;

/** The proposals that this install knows, in memory and on disk alike. */
export class ProposalRecords {
  readonly store: ProposalStore;
  readonly #clock: HostClock;
  readonly #records = new Map<string, ProposalRecord>();
  /** Monotonic ms of the last activity in this run: a wall clock that is set back keeps nothing valid for longer. */
  readonly #activeMonoMs = new Map<string, number>();

  static async open(fs: FileSystem, folder: string, clock: HostClock): Promise<ProposalRecords> {
    const records = new ProposalRecords(new ProposalStore(fs, folder), clock);
    for (const record of await records.store.open()) records.#records.set(record.proposal.proposal, record);
    return records;
  }

  private constructor(store: ProposalStore, clock: HostClock) {
    this.store = store;
    this.#clock = clock;
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  find(id: string): ProposalRecord | undefined {
    return this.#records.get(id);
  }

  /** Throws `no-such-proposal`. */
  get(id: string): ProposalRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new CommandError('no-such-proposal');
    return record;
  }

  all(): ProposalRecord[] {
    return [...this.#records.values()];
  }

  /** Newest first; what is undecided or running is always among them. */
  listed(): ProposalRecord[] {
    const newest = this.all().sort((a, b) => b.receivedMs - a.receivedMs);
    const past = new Set(newest.filter(isSettled).slice(0, MAX_LISTED));
    return newest.filter((record) => past.has(record) || !isSettled(record));
  }

  /** Resolves when it is durable. The oldest settled one goes where there are too many. */
  async add(record: ProposalRecord): Promise<void> {
    await this.#save(record, true);
    this.#records.set(record.proposal.proposal, record);
    this.#activeMonoMs.set(record.proposal.proposal, this.#clock.monoMs());
    for (const [id, { state }] of this.#records) {
      if (this.#records.size <= MAX_RECORDS) break;
      if (state === 'pending' || state === 'running') continue;
      this.#records.delete(id);
      this.#activeMonoMs.delete(id);
      await this.store.remove(id);
    }
  }

  /** Changes a record, durably or not at all. */
  async change(record: ProposalRecord, change: Partial<ProposalRecord>): Promise<void> {
    const before = Object.fromEntries(
      Object.keys(change).map((key) => [key, record[key as keyof ProposalRecord]]),
    ) as Partial<ProposalRecord>;
    Object.assign(record, change);
    try {
      await this.#save(record, true);
    } catch (error) {
      Object.assign(record, before);
      throw error;
    }
  }

  /** Somebody did something about it: it is not idle. */
  async touch(record: ProposalRecord): Promise<void> {
    record.activeMs = this.#clock.wallMs();
    this.#activeMonoMs.set(record.proposal.proposal, this.#clock.monoMs());
    await this.#save(record, false);
  }

  /** Is it past its letter's end, or was nothing done about it for too long? */
  isOverdue(record: ProposalRecord): boolean {
    const activeMonoMs = this.#activeMonoMs.get(record.proposal.proposal) ?? 0;
    return this.#clock.wallMs() >= expiresAt(record) || this.#clock.monoMs() - activeMonoMs >= IDLE_EXPIRY_MS;
  }

  async #save(record: ProposalRecord, sync: boolean): Promise<void> {
    try {
      await this.store.save(record, sync);
    } catch (error) {
      throw diskError(error);
    }
  }
}

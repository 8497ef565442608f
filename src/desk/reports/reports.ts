import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { SayRequest } from '../../shared/protocol/desk.js';
import { wholePngSize, type Picture } from '../../shared/report/picture.js';
import type { ConversationEntry, Part, ReportHead } from '../../shared/report/report.js';
import type { ObjectStore } from '../../store/object-store.js';
import { DeskError } from '../errors.js';
import { CONVERSATION_PAGE_LENGTH, MAX_CONVERSATION_ENTRIES, MAX_PICTURES, MAX_PICTURES_BYTES } from '../limits.js';
import type { Log } from '../log.js';
import { KeyedTurns } from '../turns.js';
import { commandEntry, isCommandSaid } from './command-said.js';
import type { Digest } from './digest.js';
import { Inbox } from './inbox.js';
import {
  conversationKey,
  conversationPrefix,
  digestKey,
  headKey,
  isEntryKey,
  partKey,
  pictureKey,
  quarantineKey,
} from './layout.js';
import { loadReports, readConversation, type Conversation } from './load.js';
import { ReportState } from './state.js';

type EntryOf<T extends ConversationEntry> = T extends unknown ? Omit<T, 'atMs'> : never;
/** An entry before the desk's clock has placed it. */
type Unplaced = EntryOf<ConversationEntry>;

/** The bytes of a part that has arrived: a local file, or another object of the store. */
export type PartBytes = { readonly file: string } | { readonly object: string };

/** A picture as it comes from a technician's viewer. */
export interface TakenPicture {
  /** Unix ms, by the customer's clock. */
  readonly takenMs: number;
  readonly bytes: Uint8Array;
}

/**
 * The reports of a store. Every change is an object in the store first and in the inbox after; the inbox is a projection
 * that `open` makes again.
 */
export class Reports {
  readonly inbox = new Inbox();
  readonly #store: ObjectStore;
  readonly #now: () => number;
  readonly #turns = new KeyedTurns();

  private constructor(store: ObjectStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  static async open(store: ObjectStore, now: () => number, log: Log): Promise<Reports> {
    const reports = new Reports(store, now);
    const { states, skipped } = await loadReports(store);
    for (const state of states) reports.inbox.changed(state);
    if (skipped > 0) log.warn({ skipped }, 'objects of the store could not be read and are left out');
    return reports;
  }

  /** Announces a report. Throws `report-differs` where there is another one of this id. */
  announce(head: ReportHead): Promise<ReportState> {
    return this.#turns.run(head.id, async () => {
      const known = this.inbox.get(head.id);
      if (known !== undefined) {
        if (!isDeepStrictEqual(known.head, head)) throw new DeskError('report-differs');
        return known;
      }
      // Only an unreadable head can be there without being known: it is of no use to anybody and is written again.
      await this.#store.put(headKey(head.id), json(head));
      const state = new ReportState(head);
      this.inbox.changed(state);
      return state;
    });
  }

  /** Forgets a report that was announced and of which nothing came. */
  withdraw(id: string): Promise<void> {
    return this.#turns.run(id, async () => {
      const state = this.inbox.get(id);
      if (state === undefined || state.entries > 0) return;
      await this.#store.delete(headKey(id));
      this.inbox.remove(id);
    });
  }

  /** Lets a verified part count. Can be repeated after a crash at any point. */
  async addPart(state: ReportState, part: Part, bytes: PartBytes, digest: Digest): Promise<void> {
    const { id } = state.head;
    // The last line of defence: a part that counts is never written over.
    if (state.parts.has(part.number) || state.quarantined.has(part.number)) throw new DeskError('part-differs');
    // None of this number counts: an object that is there is what a crash left of this very step.
    await this.#place(bytes, partKey(id, part.number));
    await this.#store.put(digestKey(id, part.number), json(digest));
    state.digest(digest);
    await this.#append(state, { type: 'part', id: entryId('part', id, part), by: 'customer', part });
  }

  /** Keeps a part that could not be verified apart, and says why in the conversation. */
  async quarantine(state: ReportState, part: Part, bytes: PartBytes, code: string, reason: string): Promise<void> {
    const { id } = state.head;
    await this.#place(bytes, quarantineKey(id, part.number));
    const entry = { type: 'quarantine', id: entryId('quarantine', id, part), by: 'desk', part, code } as const;
    await this.#append(state, { ...entry, reason: reason.slice(0, 1000) });
  }

  /** What a technician says, or writes down of a command. Throws `report-unknown`, `proposal-unknown`, `conversation-full`. */
  async say(id: string, request: SayRequest, author: string): Promise<ConversationEntry> {
    const state = this.inbox.get(id);
    if (state === undefined) throw new DeskError('report-unknown');
    if (state.entries >= MAX_CONVERSATION_ENTRIES) throw new DeskError('conversation-full');
    if (!isCommandSaid(request)) return this.#append(state, { ...request, id: randomUUID(), by: 'technician', author });
    if (request.type !== 'proposal' && !state.hasProposal(request.proposal)) throw new DeskError('proposal-unknown');
    return this.#append(state, commandEntry(request, id, author));
  }

  /**
   * Keeps a picture of the customer's window. Can be repeated after a crash at any point, and by whoever heard no answer. Throws
   * `report-unknown`, `picture-invalid`, `picture-differs`, `conversation-full`.
   */
  async addPicture(id: string, name: string, { takenMs, bytes }: TakenPicture, author: string): Promise<Picture> {
    const state = this.inbox.get(id);
    if (state === undefined) throw new DeskError('report-unknown');
    const size = wholePngSize(bytes);
    if (size === undefined) throw new DeskError('picture-invalid');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    // One after the other, so that what a report may have is counted.
    return this.#turns.run(`${id} pictures`, async () => {
      const known = state.pictures.get(name);
      if (known?.sha256 === sha256) return known;
      if (state.hasEntry(name)) throw new DeskError('picture-differs');
      if (!hasRoom(state, bytes.length)) throw new DeskError('conversation-full');
      // None of this name counts: an object that is there is what a crash left of this very step.
      await this.#store.put(pictureKey(id, name), bytes);
      const picture = { takenMs, ...size, bytes: bytes.length, sha256 };
      await this.#append(state, { type: 'picture', id: name, by: 'technician', author, picture });
      return picture;
    });
  }

  /** A page of the conversation as the store has it: what follows the entry `after`; from its beginning where there is no such entry. */
  async conversation(id: string, after?: string): Promise<Conversation> {
    const keys: string[] = [];
    for await (const key of this.#store.keys(conversationPrefix(id))) keys.push(key);
    const from = after === undefined ? 0 : keys.findIndex((key) => isEntryKey(key, after)) + 1;
    return readConversation(this.#store, keys.slice(from), CONVERSATION_PAGE_LENGTH);
  }

  /** Whoever brought the bytes removes its own copy. */
  async #place(bytes: PartBytes, key: string): Promise<void> {
    await ('file' in bytes ? this.#store.put(key, { file: bytes.file }) : this.#store.copy(bytes.object, key));
  }

  /** Writes an entry and takes it into the state. Entries of one report are in the order that they were written in. */
  #append(state: ReportState, unplaced: Unplaced): Promise<ConversationEntry> {
    return this.#turns.run(state.head.id, async () => {
      // Later than the last one even where the clock was set back, or two come in one millisecond.
      const atMs = Math.max(Math.round(this.#now()), (state.lastMs ?? 0) + 1);
      const entry: ConversationEntry = { ...unplaced, atMs };
      if (!state.hasEntry(entry.id)) {
        await this.#store.putIfAbsent(conversationKey(state.head.id, entry), json(entry));
        state.apply(entry);
        this.inbox.changed(state);
      }
      return entry;
    });
  }
}

function hasRoom(state: ReportState, bytes: number): boolean {
  const kept = [...state.pictures.values()].reduce((sum, picture) => sum + picture.bytes, 0);
  return (
    state.entries < MAX_CONVERSATION_ENTRIES && state.pictures.size < MAX_PICTURES && kept + bytes <= MAX_PICTURES_BYTES
  );
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** The same part gives the same id (a version 8 UUID), so that an entry written twice around a crash counts once. */
function entryId(type: 'part' | 'quarantine', report: string, part: Part): string {
  const hex = createHash('sha256').update(`${type}/${report}/${part.number}/${part.sha256}`).digest('hex');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

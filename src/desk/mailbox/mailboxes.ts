import { createHash } from 'node:crypto';
import { LETTERS_ANSWER_BYTES, MAX_LETTERS_AT_ONCE } from '../../shared/protocol/mailbox.js';
import { MAX_SEALED_LETTER_BYTES } from '../../shared/constants.js';
import type { ObjectStore } from '../../store/object-store.js';
import { DeskError } from '../errors.js';
import { LETTER_TTL_MS, MAILBOX_RELIST_MS, MAX_BOX_BYTES, MAX_BOX_LETTERS, MAX_WAITING } from '../limits.js';
import { KeyedTurns } from '../turns.js';

// Where letters lie in the store:
//   mailboxes/<SHA-256 of the owner's signing key, hex>/<receivedMs>-<uuid>.letter
// Sealed: the desk can neither read nor change them, only lose them.

const MAILBOXES = 'mailboxes/';
const LETTER = /^mailboxes\/[0-9a-f]{64}\/(\d{16})-([0-9a-f-]{36})\.letter$/;

interface Placed {
  readonly key: string;
  readonly atMs: number;
  readonly id: string;
  readonly bytes: number;
}

export interface KeptLetter {
  readonly id: string;
  readonly sealed: Buffer;
}

/** Everybody's letters, as long as nobody has fetched them. Rejects with a DeskError or a StoreError. */
export class Mailboxes {
  readonly #store: ObjectStore;
  readonly #now: () => number;
  readonly #turns = new KeyedTurns();
  /** Who waits at which box. */
  readonly #waiting = new Map<string, Set<() => void>>();
  #waiters = 0;
  #isClosed = false;

  constructor(store: ObjectStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Durable when it resolves. The same id again changes nothing. Throws `mailbox-full`. */
  async put(owner: string, id: string, sealed: Uint8Array): Promise<void> {
    const box = boxOf(owner);
    await this.#turns.run(box, async () => {
      const letters = await this.#list(box);
      if (letters.some((letter) => letter.id === id)) return;
      const bytes = letters.reduce((sum, letter) => sum + letter.bytes, sealed.length);
      if (letters.length >= MAX_BOX_LETTERS || bytes > MAX_BOX_BYTES) throw new DeskError('mailbox-full');
      // Behind the last one, also where two come in one millisecond or the clock was set back.
      const atMs = Math.max(Math.floor(this.#now()), (letters.at(-1)?.atMs ?? 0) + 1);
      await this.#store.put(`${box}${String(atMs).padStart(16, '0')}-${id}.letter`, sealed);
    });
    for (const wake of [...(this.#waiting.get(box) ?? [])]) wake();
  }

  /** The oldest letters, as many as one answer holds; waits for the first one. */
  async take(owner: string, waitMs: number, signal: AbortSignal): Promise<KeptLetter[]> {
    const box = boxOf(owner);
    const untilMs = this.#now() + waitMs;
    for (;;) {
      const letters = await this.#read(box);
      const leftMs = untilMs - this.#now();
      if (letters.length > 0 || leftMs <= 0 || signal.aborted || this.#isClosed) return letters;
      // Another desk on the same store wakes nobody here: now and then the store is asked.
      if (!(await this.#wait(box, Math.min(leftMs, MAILBOX_RELIST_MS), signal))) return letters;
    }
  }

  /** Ids that are not there are fine. */
  async remove(owner: string, ids: readonly string[]): Promise<void> {
    const box = boxOf(owner);
    for (const { key, id } of await this.#list(box)) if (ids.includes(id)) await this.#store.delete(key);
  }

  /** Removes what nobody came for; answers how much that was. */
  async sweep(): Promise<number> {
    let removed = 0;
    for await (const key of this.#store.keys(MAILBOXES)) {
      const atMs = Number(LETTER.exec(key)?.[1] ?? NaN);
      if (atMs > this.#now() - LETTER_TTL_MS) continue;
      await this.#store.delete(key);
      removed += 1;
    }
    return removed;
  }

  /** Answers everybody who waits. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting.values()) for (const wake of [...waiting]) wake();
  }

  async #list(box: string): Promise<Placed[]> {
    const letters: Placed[] = [];
    for await (const { key, bytes } of this.#store.list(box)) {
      const [, atMs, id] = LETTER.exec(key) ?? [];
      if (atMs !== undefined && id !== undefined) letters.push({ key, id, bytes, atMs: Number(atMs) });
    }
    return letters;
  }

  async #read(box: string): Promise<KeptLetter[]> {
    const letters: KeptLetter[] = [];
    let bytes = 0;
    for (const { key, id } of await this.#list(box)) {
      if (letters.length === MAX_LETTERS_AT_ONCE || bytes > LETTERS_ANSWER_BYTES) break;
      const sealed = await this.#store.get(key, MAX_SEALED_LETTER_BYTES);
      if (sealed === undefined) continue; // Removed a moment ago.
      bytes += sealed.length;
      letters.push({ id, sealed });
    }
    return letters;
  }

  /** False where nobody else may wait. */
  async #wait(box: string, ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#waiters >= MAX_WAITING) return false;
    this.#waiters += 1;
    const waiting = this.#waiting.get(box) ?? new Set();
    this.#waiting.set(box, waiting);
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake);
      waiting.add(wake);
    });
    if (waiting.size === 0 && this.#waiting.get(box) === waiting) this.#waiting.delete(box);
    this.#waiters -= 1;
    return true;
  }
}

/** The store's keys are lower case, signing keys are not. */
function boxOf(owner: string): string {
  return `${MAILBOXES}${createHash('sha256').update(owner).digest('hex')}/`;
}

import { join } from 'node:path';
import { MAX_LETTER_LIFE_MS } from '../../shared/constants.js';
import { LetterError } from '../../shared/crypto/letter-errors.js';
import { signReceipt } from '../../shared/crypto/receipt.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type {
  LetterContent,
  LetterPost,
  LetterSender,
  Receipt,
  ReceiptStatement,
} from '../../shared/protocol/letters.js';
import { MAX_LETTER_WAIT_MS } from '../../shared/protocol/mailbox.js';
import { MailboxClient, MailboxError, type SealedLetter } from '../../shared/protocol/mailbox-client.js';
import type { AuditLog } from './audit-log.js';
import type { DeskAddress, Fetch } from './desk-client.js';
import type { FileSystem } from './durable-file.js';
import type { InstallIdentity } from './identity.js';
import { Incoming, type LetterListener } from './mailbox-incoming.js';
import { Outgoing } from './mailbox-outgoing.js';
import { MailboxState } from './mailbox-state.js';
import { retryDelayMs } from './retry-delay.js';
import { Technicians } from './technicians.js';

export interface MailboxOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly identity: InstallIdentity;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Without a desk, or without a root key that could vouch for anybody, no letters come and none go. */
  readonly desk: DeskAddress | undefined;
  readonly rootKeys: readonly string[];
  readonly fetch: Fetch;
  readonly wallMs: () => number;
  readonly random?: () => number;
}

/** While a conversation may be under way, the desk is asked all the time: it answers when there is a letter. */
const BUSY_MS = 3_600_000;
/** Later it is asked now and then, for as long as a letter could be valid that was written about the last report. */
const QUIET_INTERVAL_MS = 60_000;
const QUIET_MS = 2 * MAX_LETTER_LIFE_MS;
/** The desk keeps no box for us: it has forgotten the report, or has not got it yet. */
const UNKNOWN_INTERVAL_MS = 10 * 60_000;
const LIST_INTERVAL_MS = 6 * 3_600_000;
/** A letter of somebody unknown asks for a newer list, but not every letter of a flood. */
const LIST_AGAIN_MS = 1000;
/** A desk that answers at once that there is nothing (too many wait there) is asked again after this. */
const EMPTY_INTERVAL_MS = 5000;
const LIFE_MS = 7 * 24 * 3_600_000;

/** The install's half of the correspondence: fetches letters while there can be any, and delivers what it was given. */
export class Mailbox implements LetterPost {
  readonly #options: MailboxOptions;
  readonly #state: MailboxState;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #technicians: Technicians;
  readonly #client: MailboxClient | undefined;
  readonly #isLoopback: boolean;
  readonly #closing = new AbortController();
  #listMs = -Infinity;
  readonly #running: Promise<unknown>;
  #wakeReceiving: () => void = () => undefined;
  #wakeSending: () => void = () => undefined;

  static async open(options: MailboxOptions): Promise<Mailbox> {
    const { folder, fs, identity, audit, rootKeys, wallMs } = options;
    const state = await MailboxState.open(fs, folder);
    const technicians = await Technicians.open({ folder, fs, audit, rootKeys, wallMs });
    const outgoing = await Outgoing.open({ folder: join(folder, 'out'), fs, identity, state, audit, wallMs });
    return new Mailbox(options, state, technicians, outgoing);
  }

  private constructor(options: MailboxOptions, state: MailboxState, technicians: Technicians, outgoing: Outgoing) {
    const { identity, audit, desk, rootKeys, wallMs } = options;
    this.#options = options;
    this.#state = state;
    this.#technicians = technicians;
    this.#outgoing = outgoing;
    this.#incoming = new Incoming({
      identity,
      state,
      audit,
      wallMs,
      senderOf: (signingKey, sentMs) => this.#senderOf(signingKey, sentMs),
    });
    const origin = desk === undefined ? '' : new URL(desk.url).origin;
    this.#isLoopback = /\/\/(localhost|127\.|\[::1\])/.test(origin);
    if (desk !== undefined && rootKeys.length > 0) {
      this.#client = new MailboxClient({ origin, fetch: options.fetch, signer: identity.signer, key: desk.key });
    }
    this.#running = Promise.all([this.#receive(), this.#deliver()]);
  }

  get self(): PublicIdentity {
    return this.#options.identity.keys;
  }

  async send(to: LetterSender, content: LetterContent, lifeMs = LIFE_MS): Promise<void> {
    await this.#outgoing.write(to, content, lifeMs);
    this.#wakeSending();
  }

  onLetter(listener: LetterListener): () => void {
    return this.#incoming.listen(listener);
  }

  /** A letter that came by another way than the desk; like any other, but of this sender alone. Resolves as `Incoming.take` does. */
  async take(letter: SealedLetter, from: string): Promise<void> {
    if (this.#incoming.hasRoom) await this.#incoming.take(letter, from);
    // It was never the mailbox's: nobody has to remove it there.
    await this.#incoming.removed([letter.id]);
  }

  /** Each letter of ours as soon as it is durable, sealed: another way may be faster than the desk. */
  onWritten(listener: (to: string, id: string, sealed: Uint8Array) => void): void {
    this.#outgoing.onWritten(listener);
  }

  /** Whose key it is. Rejects with a LetterError for somebody who may not write here. */
  technicianOf(signingKey: string, sentMs: number): Promise<LetterSender> {
    return this.#senderOf(signingKey, sentMs);
  }

  async signReceipt(statement: ReceiptStatement): Promise<Receipt> {
    return await signReceipt(statement, this.#options.identity.signer);
  }

  /** A report was delivered then: from that time on there may be letters about it. */
  async expectLetters(sinceMs: number): Promise<void> {
    if (sinceMs <= (this.#state.memory.activeMs ?? -Infinity)) return;
    await this.#state.change(({ activeMs = -Infinity }) => ({ activeMs: Math.max(activeMs, sinceMs) }));
    this.#wakeReceiving();
  }

  /** Ends what is under way; letters that were not delivered go at the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#incoming.close();
  }

  async #senderOf(signingKey: string, sentMs: number): Promise<LetterSender> {
    try {
      return this.#technicians.senderOf(signingKey, sentMs);
    } catch (error) {
      if (!(error instanceof LetterError)) throw error;
      await this.#fetchList(LIST_AGAIN_MS);
      return this.#technicians.senderOf(signingKey, sentMs);
    }
  }

  async #fetchList(maxAgeMs: number): Promise<void> {
    const { wallMs } = this.#options;
    if (this.#client === undefined || Math.abs(wallMs() - this.#listMs) < maxAgeMs) return;
    const signed = await this.#client.technicians(this.#closing.signal);
    this.#listMs = wallMs();
    if (signed !== undefined) await this.#technicians.offer(signed);
  }

  /** Until closed. Never rejects: what fails is tried again later. */
  async #receive(): Promise<void> {
    let failures = 0;
    while (this.#client !== undefined && !this.#isClosed()) {
      const quietMs = this.#options.wallMs() - (this.#state.memory.activeMs ?? -Infinity);
      if (quietMs > QUIET_MS || !this.#incoming.hasRoom) {
        await this.#pause(QUIET_INTERVAL_MS, 'receiving');
        continue;
      }
      const isBusy = quietMs < BUSY_MS;
      try {
        await this.#fetchList(LIST_INTERVAL_MS);
        const startedMs = performance.now();
        const count = await this.#fetch(this.#client, isBusy ? MAX_LETTER_WAIT_MS : 0);
        failures = 0;
        if (!isBusy) await this.#pause(QUIET_INTERVAL_MS * (0.75 + this.#random() / 2), 'receiving');
        else if (count === 0 && performance.now() - startedMs < EMPTY_INTERVAL_MS) {
          await this.#pause(EMPTY_INTERVAL_MS, 'receiving');
        }
      } catch (error) {
        if (this.#isClosed()) return;
        failures += 1;
        await this.#pause(this.#delayMs(error, failures), 'receiving');
      }
    }
  }

  /** How many letters came. */
  async #fetch(client: MailboxClient, waitMs: number): Promise<number> {
    const letters = await client.letters(waitMs, this.#closing.signal);
    const taken: string[] = [];
    for (const letter of letters) {
      if (!this.#incoming.hasRoom) break;
      await this.#incoming.take(letter);
      taken.push(letter.id);
    }
    if (taken.length === 0) return 0;
    await client.remove(taken, this.#closing.signal);
    await this.#incoming.removed(taken);
    return taken.length;
  }

  /** Until closed. Never rejects. */
  async #deliver(): Promise<void> {
    const { signal } = this.#closing;
    let failures = 0;
    while (this.#client !== undefined && !this.#isClosed()) {
      try {
        while (await this.#outgoing.postOne(this.#client, signal)) failures = 0;
        await this.#pause(undefined, 'sending');
      } catch (error) {
        if (this.#isClosed()) return;
        failures += 1;
        await this.#pause(this.#delayMs(error, failures), 'sending-again');
      }
    }
  }

  #delayMs(error: unknown, failures: number): number {
    const { code, afterMs } = error instanceof MailboxError ? error : { code: '', afterMs: undefined };
    if (code === 'mailbox-unknown') return UNKNOWN_INTERVAL_MS;
    return retryDelayMs(failures, { afterMs, isOffline: false }, this.#isLoopback, () => this.#random());
  }

  /** Ends early when it is closed, or when what it waits for comes. */
  async #pause(ms: number | undefined, what: 'receiving' | 'sending' | 'sending-again'): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    if (what === 'sending' && this.#outgoing.size > 0) return;
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(wake, ms).unref();
      function wake(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      }
      signal.addEventListener('abort', wake);
      // A letter more does not make a desk answer that did not answer a moment ago.
      if (what === 'receiving') this.#wakeReceiving = wake;
      if (what === 'sending') this.#wakeSending = wake;
    });
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #random(): number {
    return (this.#options.random ?? Math.random)();
  }
}

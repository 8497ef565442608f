import { LetterError } from '../../shared/crypto/letter-errors.js';
import { sealLetter } from '../../shared/crypto/letter.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import { readLetter, type Reader } from '../../shared/crypto/read-letter.js';
import { readTechnicians } from '../../shared/crypto/technicians.js';
import {
  INSTALL_LETTERS,
  LETTER_VERSION,
  type Envelope,
  type LetterContent,
  type VerifiedLetter,
} from '../../shared/protocol/letters.js';
import { MAX_LETTER_WAIT_MS } from '../../shared/protocol/mailbox.js';
import { MailboxClient, MailboxError, type SealedLetter } from '../../shared/protocol/mailbox-client.js';
import { TechnicianStore, type TechnicianIdentity } from './technician-store.js';

export interface TechnicianMailboxOptions {
  /** The desk's origin. */
  readonly origin: string;
  readonly fetch: typeof globalThis.fetch;
  readonly nowMs?: () => number;
  /** Letters that were not accepted, by the code that says why. */
  readonly onRefused?: (code: string) => void;
  /** What keeps letters from coming, until the next try; undefined: nothing does. */
  readonly onTrouble?: (error: MailboxError | undefined) => void;
}

/**
 * Whom the organisation's list names by this technician's keys. Nobody has checked the list: customers' apps do. `expired`: the list,
 * or this technician's entry in it, is not valid today.
 */
export type Enrolment =
  | { readonly status: 'enrolled'; readonly name: string; readonly organisation: string }
  | { readonly status: 'not-enrolled' | 'expired'; readonly organisation: string }
  | { readonly status: 'no-list' };

const LIFE_MS = 7 * 24 * 3_600_000;
const POST_AGAIN_MS = 1000;
const RETRY_MS = 5000;
const RETRY_MAX_MS = 120_000;
/** A desk that answers at once that there is nothing is not asked again at once. */
const EMPTY_MS = 3000;
/** One tab of this browser fetches; when it is closed, another one does. */
const LOCK = 'fluxrec-technician-mailbox';

/** A live session exists already where there is a connection: what is about commands alone is quicker by it. */
const CARRIED: readonly LetterContent['kind'][] = ['command-proposal', 'cancel'];

/** What names a letter that was written: its id, the hash that a receipt has, and the envelope's exact text. */
export interface SentLetter {
  readonly id: string;
  readonly sha256: string;
  readonly sentMs: number;
  readonly expiresMs: number;
  readonly text: string;
}

export type LetterListener = (letter: VerifiedLetter) => Promise<void> | void;

/** The technician's half of the correspondence with customers' installs. */
export class TechnicianMailbox {
  readonly #options: TechnicianMailboxOptions;
  readonly #store: TechnicianStore;
  readonly #identity: TechnicianIdentity;
  readonly #client: MailboxClient;
  readonly #closing = new AbortController();
  #listener: LetterListener | undefined;
  /** Letters that came by a connection: the desk delivers them again. */
  readonly #tookIn = new Set<string>();
  readonly #carriers = new Map<string, (letter: SealedLetter) => void>();
  #handing: Promise<void> = Promise.resolve();
  /** No other tab of this browser fetches. */
  #isReceiving = false;

  /** Makes the keys at the first time in this browser. Rejects with a TechnicianStoreError. */
  static async open(options: TechnicianMailboxOptions): Promise<TechnicianMailbox> {
    const store = await TechnicianStore.open();
    try {
      return new TechnicianMailbox(options, store, await store.identity());
    } catch (error) {
      store.close();
      throw error;
    }
  }

  private constructor(options: TechnicianMailboxOptions, store: TechnicianStore, identity: TechnicianIdentity) {
    this.#options = options;
    this.#store = store;
    this.#identity = identity;
    const { origin, fetch } = options;
    this.#client = new MailboxClient({ origin, fetch, signer: identity.signer });
  }

  get self(): PublicIdentity {
    return this.#identity.keys;
  }

  async enrolment(): Promise<Enrolment> {
    const signed = await this.#client.technicians(this.#closing.signal);
    if (signed === undefined) return { status: 'no-list' };
    const { organisation, technicians, validUntilMs } = readTechnicians(signed);
    const { signingKey, recipient } = this.self;
    const own = technicians.find((known) => known.signingKey === signingKey && known.recipient === recipient);
    const nowMs = this.#nowMs();
    if (nowMs > validUntilMs) return { status: 'expired', organisation };
    if (own === undefined) return { status: 'not-enrolled', organisation };
    const { name, validFromMs = -Infinity, validUntilMs: untilMs = Infinity } = own;
    return nowMs < validFromMs || nowMs > untilMs
      ? { status: 'expired', organisation }
      : { status: 'enrolled', name, organisation };
  }

  /**
   * Writes to an install, whose keys are those of a report's signed manifest. Resolves when the desk has the letter. Rejects with a
   * MailboxError, LetterError or TechnicianStoreError: then it was not sent, or the desk could not say that it has it. `beforePost` is
   * called once it is written and before the desk is asked.
   */
  async send(
    to: PublicIdentity,
    content: LetterContent,
    { lifeMs = LIFE_MS, beforePost }: { lifeMs?: number; beforePost?: (letter: SentLetter) => void } = {},
  ): Promise<SentLetter> {
    const { sent, sealed } = await this.write(to, content, lifeMs);
    const { id } = sent;
    beforePost?.(sent);
    if (CARRIED.includes(content.kind)) this.#carriers.get(to.signingKey)?.({ id, sealed });
    await this.#post(to.signingKey, { id, sealed });
    return sent;
  }

  /** A letter that goes by a connection alone, to an install that the desk may not know. Rejects as `send` does. */
  async write(
    to: PublicIdentity,
    content: LetterContent,
    lifeMs: number,
  ): Promise<{ sent: SentLetter; sealed: Uint8Array<ArrayBuffer> }> {
    const sentMs = this.#nowMs();
    await this.#store.addContact(to);
    const number = await this.#store.takeNumber(to.signingKey, sentMs);
    const id = crypto.randomUUID();
    const expiresMs = sentMs + lifeMs;
    const head = { v: LETTER_VERSION, id, from: this.self.signingKey, to: to.signingKey, number, sentMs, expiresMs };
    const envelope: Envelope = { ...head, v: LETTER_VERSION, ...content };
    const { sealed, sha256, text } = await sealLetter(envelope, this.#identity.signer, to.recipient);
    return { sent: { id, sha256, sentMs, expiresMs, text }, sealed };
  }

  /**
   * What is said about commands to this install goes by a connection, too, as long as there is one: at once, and by the desk all the
   * same, where it is a replay by then. Returns the function that ends it.
   */
  carryBy(signingKey: string, carry: (letter: SealedLetter) => void): () => void {
    this.#carriers.set(signingKey, carry);
    return () => {
      if (this.#carriers.get(signingKey) === carry) this.#carriers.delete(signingKey);
    };
  }

  /** A letter that came by a connection: it is read as one from the desk. Rejects where its listener does: then it waits. */
  async takeIn(sealed: Uint8Array): Promise<void> {
    const letter = await this.#take(sealed, true);
    if (letter === undefined || this.#isReceiving) {
      await this.handOn();
      return;
    }
    // Another tab hands on what waits, when it looks again; this one is of the session of this tab.
    await this.#listener?.(letter);
    await this.#store.settle(letter.envelope.id);
  }

  /** The signature of a live session's ask, over `askStatement`. */
  signAsk(statement: Uint8Array): Promise<string> {
    return this.#identity.signer.sign('live-ask', statement);
  }

  /** Called for each letter, one after the other; one that was not finished (a closed tab, a rejection) comes again. */
  onLetter(listener: LetterListener): () => void {
    this.#listener = listener;
    void this.handOn();
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Fetches letters until closed, if no other tab of this browser does. Never rejects. */
  async receive(): Promise<void> {
    const { signal } = this.#closing;
    try {
      await navigator.locks.request(LOCK, { signal }, () => this.#receive());
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  close(): void {
    this.#closing.abort();
    this.#store.close();
  }

  /** The same letter again is the same letter: an answer that was lost is asked for once more. */
  async #post(to: string, letter: SealedLetter): Promise<void> {
    const { signal } = this.#closing;
    try {
      await this.#client.post(to, letter, signal);
    } catch (error) {
      if (!(error instanceof MailboxError) || error.code !== 'desk-unreachable') throw error;
      await this.#pause(POST_AGAIN_MS);
      await this.#client.post(to, letter, signal);
    }
  }

  async #receive(): Promise<void> {
    let failures = 0;
    this.#isReceiving = true;
    while (!this.#isClosed()) {
      const startedMs = performance.now();
      try {
        await this.handOn();
        const count = await this.#fetch();
        failures = 0;
        this.#options.onTrouble?.(undefined);
        if (count === 0 && performance.now() - startedMs < EMPTY_MS) await this.#pause(EMPTY_MS);
      } catch (error) {
        if (this.#isClosed()) return;
        failures += 1;
        if (error instanceof MailboxError) this.#options.onTrouble?.(error);
        const after = error instanceof MailboxError ? (error.afterMs ?? 0) : 0;
        await this.#pause(Math.max(after, Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (failures - 1))));
      }
    }
  }

  async #fetch(): Promise<number> {
    const letters = await this.#client.letters(MAX_LETTER_WAIT_MS, this.#closing.signal);
    for (const { sealed } of letters) await this.#take(sealed);
    if (letters.length === 0) return 0;
    const ids = letters.map(({ id }) => id);
    await this.#client.remove(ids, this.#closing.signal);
    return letters.length;
  }

  async #take(sealed: Uint8Array, byConnection = false): Promise<VerifiedLetter | undefined> {
    const reader: Reader = {
      identity: this.#identity.ageKey,
      self: this.self,
      kinds: INSTALL_LETTERS,
      senderOf: async ({ from }) => {
        const install = await this.#store.contact(from);
        if (install === undefined) throw new LetterError('letter-unknown-sender');
        return install;
      },
    };
    let letter: VerifiedLetter | undefined;
    try {
      letter = await readLetter(sealed, reader, this.#nowMs());
      await this.#store.accept(letter);
      if (byConnection) this.#tookIn.add(letter.envelope.id);
      return letter;
    } catch (error) {
      if (!(error instanceof LetterError)) throw error;
      // It came both ways, as it should.
      if (error.code === 'letter-replayed' && (byConnection || this.#tookIn.has(letter?.envelope.id ?? '')))
        return undefined;
      this.#options.onRefused?.(error.code);
      return undefined;
    }
  }

  /** Hands on what waits, now: what kept its listener from it may be over. Never rejects. */
  handOn(): Promise<void> {
    this.#handing = this.#handing.then(() => this.#handOnAll()).catch(() => undefined); // They wait for the next time.
    return this.#handing;
  }

  async #handOnAll(): Promise<void> {
    if (this.#listener === undefined || !this.#isReceiving) return;
    for (const letter of await this.#store.waiting()) {
      try {
        await this.#listener(letter);
      } catch {
        continue; // Its listener has said why; it comes again, and does not keep the others.
      }
      await this.#store.settle(letter.envelope.id);
    }
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake);
    });
  }

  #nowMs(): number {
    return (this.#options.nowMs ?? Date.now)();
  }
}

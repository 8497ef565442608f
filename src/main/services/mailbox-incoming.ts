import { LetterError } from '../../shared/crypto/letter-errors.js';
import { acceptNumber, EMPTY_WINDOW } from '../../shared/crypto/number-window.js';
import { readLetter } from '../../shared/crypto/read-letter.js';
import {
  subjectOf,
  TECHNICIAN_LETTERS,
  type LetterSender,
  type VerifiedLetter,
} from '../../shared/protocol/letters.js';
import type { SealedLetter } from '../../shared/protocol/mailbox-client.js';
import type { AuditLog } from './audit-log.js';
import type { InstallIdentity } from './identity.js';
import type { MailboxState } from './mailbox-state.js';

export interface IncomingOptions {
  readonly identity: InstallIdentity;
  readonly state: MailboxState;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Who holds this key. Rejects with a LetterError for nobody who may write here. */
  readonly senderOf: (signingKey: string, sentMs: number) => Promise<LetterSender>;
  readonly wallMs: () => number;
}

/** Refusals that are written down one by one within an hour; a desk that sends rubbish does not fill the log. */
const MAX_REFUSALS = 100;
const REFUSALS_MS = 3_600_000;
/** Letters that nobody has dealt with: past it, further ones stay in the mailbox. */
const MAX_WAITING = 200;

/** How long a closing host waits for a listener. */
const CLOSE_GRACE_MS = 1000;

export type LetterListener = (letter: VerifiedLetter) => Promise<void> | void;

/** Letters as they come: checked, audited, remembered, and then, only then, handed on. */
export class Incoming {
  readonly #options: IncomingOptions;
  #listener: LetterListener | undefined;
  #refusals = { sinceMs: -Infinity, count: 0, isToldOf: false };
  #handing: Promise<void> = Promise.resolve();

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  /** Letters that wait from before are handed on at once. */
  listen(listener: LetterListener): () => void {
    this.#listener = listener;
    void this.handOn();
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** Whether another letter can be taken. */
  get hasRoom(): boolean {
    return this.#options.state.memory.waiting.length < MAX_WAITING;
  }

  /**
   * Resolves when the letter is remembered as received, or as refused: it can be removed from the mailbox. `only`: a letter of
   * anybody else is refused.
   */
  async take({ id, sealed }: SealedLetter, only?: string): Promise<void> {
    const { identity, state, senderOf, wallMs } = this.#options;
    if (state.memory.settled.includes(id)) return;
    const reader = {
      identity: identity.ageIdentity,
      self: identity.keys,
      kinds: TECHNICIAN_LETTERS,
      senderOf: ({ from, sentMs }: { from: string; sentMs: number }) => {
        if (only !== undefined && from !== only) return Promise.reject(new LetterError('letter-unknown-sender'));
        return senderOf(from, sentMs);
      },
    };
    let letter: VerifiedLetter;
    try {
      letter = await readLetter(sealed, reader, wallMs());
      const { from } = letter.envelope;
      await state.change(({ received, waiting, settled }) => {
        const window = acceptNumber(received[from] ?? EMPTY_WINDOW, letter.envelope);
        if (window === undefined) throw new LetterError('letter-replayed');
        const { envelope, sha256, receivedMs } = letter;
        const sender = { ...letter.sender };
        return {
          received: { ...received, [from]: window },
          waiting: [...waiting, { envelope, sender, sha256, receivedMs }],
          settled: [...settled, id],
          activeMs: receivedMs,
        };
      });
    } catch (error) {
      if (!(error instanceof LetterError)) throw error;
      await this.#refuse(id, error.code, sealed.length);
      return;
    }
    void this.handOn();
  }

  /** The mailbox has removed these. */
  async removed(ids: readonly string[]): Promise<void> {
    const { state } = this.#options;
    if (!state.memory.settled.some((id) => ids.includes(id))) return;
    await state.change(({ settled }) => ({ settled: settled.filter((id) => !ids.includes(id)) }));
  }

  /** What is being handed on may end; what waits is handed on at the next start. */
  async close(): Promise<void> {
    this.#listener = undefined;
    await Promise.race([this.#handing, new Promise((resolve) => setTimeout(resolve, CLOSE_GRACE_MS).unref())]);
  }

  /** Hands on what waits, one letter after the other, in the order that they came. */
  handOn(): Promise<void> {
    this.#handing = this.#handing.then(() => this.#handOn()).catch(() => undefined); // The letter waits; tried with the next one.
    return this.#handing;
  }

  async #handOn(): Promise<void> {
    const { state, audit } = this.#options;
    for (let letter = state.memory.waiting[0]; letter !== undefined; letter = state.memory.waiting[0]) {
      if (this.#listener === undefined) return;
      const { envelope, sender, sha256 } = letter;
      const { id, kind, from, number, body } = envelope;
      const name = sender.name ?? '';
      const said = { id, kind, from, name, number, sha256, ...subjectOf(body) };
      await audit.append('letter-received', said);
      await this.#listener(letter as VerifiedLetter);
      await state.change(({ waiting }) => ({ waiting: waiting.filter((kept) => kept.envelope.id !== id) }));
    }
  }

  async #refuse(id: string, code: string, bytes: number): Promise<void> {
    const { audit, wallMs } = this.#options;
    if (wallMs() - this.#refusals.sinceMs > REFUSALS_MS) {
      this.#refusals = { sinceMs: wallMs(), count: 0, isToldOf: false };
    }
    this.#refusals.count += 1;
    if (this.#refusals.count <= MAX_REFUSALS) {
      await audit.append('letter-refused', { id: id.slice(0, 64), code, bytes });
    } else if (!this.#refusals.isToldOf) {
      this.#refusals.isToldOf = true;
      await audit.append('letters-refused', {
        after: MAX_REFUSALS,
        text: 'Further ones of this hour are not written down.',
      });
    }
  }
}

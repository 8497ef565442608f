import { sealLetter } from '../../../src/shared/crypto/letter.js';
import { nextNumber } from '../../../src/shared/crypto/number-window.js';
import { readLetter, type Reader } from '../../../src/shared/crypto/read-letter.js';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import type { Envelope, LetterContent, VerifiedLetter } from '../../../src/shared/protocol/letters.js';
import type { MailboxClient } from '../../../src/shared/protocol/mailbox-client.js';
import type { Party } from '../desk/letter-parties.js';

const HOUR_MS = 3_600_000;

/** One who writes to another by a real desk: signs and seals, opens and verifies. */
export class Correspondent {
  readonly #party: Party;
  readonly #client: MailboxClient;
  readonly #to: PublicIdentity;
  readonly #reader: Reader;
  readonly #end = new AbortController();
  #number: number | undefined;

  constructor(party: Party, client: MailboxClient, to: PublicIdentity, who: Pick<Reader, 'kinds' | 'senderOf'>) {
    this.#party = party;
    this.#client = client;
    this.#to = to;
    this.#reader = { identity: party.ageIdentity, self: party.keys, ...who };
  }

  async write(content: LetterContent): Promise<void> {
    this.#number = nextNumber(this.#number, Date.now());
    const envelope: Envelope = {
      v: 1,
      id: crypto.randomUUID(),
      from: this.#party.keys.signingKey,
      to: this.#to.signingKey,
      number: this.#number,
      sentMs: Date.now(),
      expiresMs: Date.now() + HOUR_MS,
      ...content,
    };
    const { sealed } = await sealLetter(envelope, this.#party.signer, this.#to.recipient);
    await this.#client.post(this.#to.signingKey, { id: envelope.id, sealed }, this.#end.signal);
  }

  /** Reads whatever comes, until `close`. */
  async read(onLetter: (letter: VerifiedLetter) => Promise<void>): Promise<void> {
    try {
      while (!this.#end.signal.aborted) {
        const sealed = await this.#client.letters(20_000, this.#end.signal);
        for (const letter of sealed) await onLetter(await readLetter(letter.sealed, this.#reader, Date.now()));
        const ids = sealed.map(({ id }) => id);
        if (ids.length > 0) await this.#client.remove(ids, this.#end.signal);
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    }
  }

  close(): void {
    this.#end.abort();
  }
}

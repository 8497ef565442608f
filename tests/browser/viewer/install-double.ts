import { generateAgeIdentity, recipientOf } from '../../../src/shared/crypto/age.js';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import { sealLetter } from '../../../src/shared/crypto/letter.js';
import { generateSigningKeys, signerOf, type Signer } from '../../../src/shared/crypto/sign.js';
import type { Envelope, LetterContent } from '../../../src/shared/protocol/letters.js';

const HOUR_MS = 3_600_000;

/** A customer's install as far as letters go: real keys, real seals, and whatever a test has it write. */
export class InstallDouble {
  readonly signer: Signer;
  readonly ageIdentity: string;
  readonly keys: PublicIdentity;
  #number = 0;

  static async make(): Promise<InstallDouble> {
    const ageIdentity = await generateAgeIdentity();
    const recipient = await recipientOf(ageIdentity);
    return new InstallDouble(await signerOf(await generateSigningKeys(true)), ageIdentity, recipient);
  }

  private constructor(signer: Signer, ageIdentity: string, recipient: string) {
    this.signer = signer;
    this.ageIdentity = ageIdentity;
    this.keys = { signingKey: signer.signingKey, recipient };
  }

  async seal(to: PublicIdentity, content: LetterContent): Promise<Uint8Array> {
    this.#number += 1;
    const head = { v: 1, id: crypto.randomUUID(), from: this.keys.signingKey, to: to.signingKey } as const;
    const times = { number: this.#number, sentMs: Date.now(), expiresMs: Date.now() + HOUR_MS };
    const envelope: Envelope = { ...head, ...times, ...content };
    return (await sealLetter(envelope, this.signer, to.recipient)).sealed;
  }
}

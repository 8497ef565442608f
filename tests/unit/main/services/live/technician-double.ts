import { randomUUID } from 'node:crypto';
import { LetterError } from '../../../../../src/shared/crypto/letter-errors.js';
import { generateSigningKeys, signerOf, type Signer } from '../../../../../src/shared/crypto/sign.js';
import type { LetterSender } from '../../../../../src/shared/protocol/letters.js';
import { askStatement, type AskSession, type GrantAsk } from '../../../../../src/shared/protocol/live-grants.js';
import { aSender } from '../commands/post-double.js';

/** A technician with a real key, who asks as the viewer does. */
export class TechnicianDouble {
  readonly signer: Signer;
  #number = 0;

  static async make(): Promise<TechnicianDouble> {
    return new TechnicianDouble(await signerOf(await generateSigningKeys(true)));
  }

  private constructor(signer: Signer) {
    this.signer = signer;
  }

  get sender(): LetterSender {
    return aSender({ signingKey: this.signer.signingKey });
  }

  async ask(
    session: AskSession,
    kind: GrantAsk['kind'],
    more: Partial<GrantAsk> & { readonly number?: number; readonly sentMs: number },
  ): Promise<GrantAsk> {
    const { number = (this.#number += 1), sentMs, ...given } = more;
    const ask = { grant: randomUUID(), kind, ...given };
    const signature = await this.signer.sign('live-ask', askStatement(session, ask, { number, sentMs }));
    return { ...ask, proof: { signingKey: this.signer.signingKey, number, sentMs, signature } };
  }
}

/** The organisation's list, as the mailbox looks it up. */
export function listOf(...technicians: readonly TechnicianDouble[]): (signingKey: string) => Promise<LetterSender> {
  return (signingKey) => {
    const known = technicians.find(({ signer }) => signer.signingKey === signingKey);
    return known === undefined
      ? Promise.reject(new LetterError('letter-unknown-sender'))
      : Promise.resolve(known.sender);
  };
}

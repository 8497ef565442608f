import { randomUUID } from 'node:crypto';
import { generateSigningKeys, signerOf, type Signer } from '../../../../../src/shared/crypto/sign.js';
import { signReceipt } from '../../../../../src/shared/crypto/receipt.js';
import type {
  EnvelopeOf,
  LetterContent,
  LetterKind,
  LetterPost,
  LetterSender,
  ReceiptStatement,
  VerifiedLetter,
} from '../../../../../src/shared/protocol/letters.js';

// A double of the mailbox: letters that are verified already come in, letters that go out are kept. Signatures are real.

const RECIPIENT = `age1${'q'.repeat(58)}`;

export interface SentLetter {
  readonly to: LetterSender;
  readonly content: LetterContent;
}

type AnyLetter = { [K in LetterKind]: VerifiedLetter<K> }[LetterKind];
type BodyOf<K extends LetterKind> = EnvelopeOf<K>['body'];

export class PostDouble implements LetterPost {
  readonly self: { signingKey: string; recipient: string };
  readonly sent: SentLetter[] = [];
  /** Set: letters cannot be written. */
  failure: Error | undefined;
  readonly #signer: Signer;
  #listener: ((letter: VerifiedLetter) => Promise<void> | void) | undefined;

  static async make(): Promise<PostDouble> {
    return new PostDouble(await signerOf(await generateSigningKeys(true)));
  }

  private constructor(signer: Signer) {
    this.#signer = signer;
    this.self = { signingKey: signer.signingKey, recipient: RECIPIENT };
  }

  send(to: LetterSender, content: LetterContent): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.sent.push({ to, content: structuredClone(content) });
    return Promise.resolve();
  }

  onLetter(listener: (letter: VerifiedLetter) => Promise<void> | void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  async signReceipt(statement: ReceiptStatement) {
    return await signReceipt(statement, this.#signer);
  }

  async receive(letter: AnyLetter): Promise<void> {
    if (this.#listener === undefined) throw new Error('Nobody listens.');
    await this.#listener(letter as VerifiedLetter);
  }

  ofKind<K extends LetterKind>(kind: K): BodyOf<K>[] {
    return this.sent.flatMap(({ content }) => (content.kind === kind ? [content.body as BodyOf<K>] : []));
  }
}

export function aSender(more: Partial<LetterSender> = {}): LetterSender {
  return {
    signingKey: `${'A'.repeat(42)}A`,
    recipient: RECIPIENT,
    name: 'Ines Hart',
    organisation: 'Fluxion Support',
    ...more,
  };
}

export function aProposal(
  sender: LetterSender,
  nowMs: number,
  more: Partial<EnvelopeOf<'command-proposal'>['body']> & { readonly expiresMs?: number } = {},
): VerifiedLetter<'command-proposal'> {
  const { expiresMs = nowMs + 24 * 3_600_000, ...body } = more;
  return {
    envelope: {
      v: 1,
      id: randomUUID(),
      from: sender.signingKey,
      to: sender.signingKey,
      number: 1,
      sentMs: nowMs,
      expiresMs,
      kind: 'command-proposal',
      body: {
        proposal: randomUUID(),
        report: '00000000-0000-4000-8000-000000000002',
        command: 'echo',
        parameters: {},
        reason: 'To see it.',
        ...body,
      },
    },
    sender,
    sha256: 'ab'.repeat(32),
    receivedMs: nowMs,
  };
}

export function aCancel(sender: LetterSender, proposal: string): VerifiedLetter<'cancel'> {
  const letter = aProposal(sender, 0);
  return { ...letter, envelope: { ...letter.envelope, kind: 'cancel', body: { proposal } } };
}

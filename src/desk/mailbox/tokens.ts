import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isSignedBy } from '../../shared/crypto/sign.js';
import { mailboxProof, type TokenRequest } from '../../shared/protocol/mailbox.js';
import { DeskError } from '../errors.js';
import { CHALLENGE_TTL_MS, MAILBOX_TOKEN_TTL_MS, MAX_USED_CHALLENGES } from '../limits.js';

export const MAILBOX_ROLES = ['install', 'technician'] as const;
export type MailboxRole = (typeof MAILBOX_ROLES)[number];

export interface MailboxOwner {
  readonly role: MailboxRole;
  readonly signingKey: string;
}

/**
 * Challenges and tokens that carry their own proof (an HMAC under a key derived from the desk's token), so that nothing is kept for
 * those who never come back, and any copy of a desk knows what another one has given.
 */
export class MailboxTokens {
  readonly #secret: Buffer;
  readonly #now: () => number;
  /** Challenges that were met, until they end. */
  readonly #used = new Map<string, number>();

  constructor(deskToken: string, now: () => number) {
    this.#secret = createHmac('sha256', deskToken).update('fluxrec mailbox tokens 1').digest();
    this.#now = now;
  }

  challenge(): string {
    const nonce = randomBytes(16).toString('base64url');
    return this.#sealed('c', `${this.#now() + CHALLENGE_TTL_MS}.${nonce}`);
  }

  /** Throws `mailbox-proof-wrong` unless the key's holder has signed one of our challenges, for this origin, a moment ago and once. */
  async check({ signingKey, origin, nonce, signature }: TokenRequest): Promise<void> {
    const expiresMs = Number(this.#opened('c', nonce)?.split('.')[0] ?? NaN);
    if (!(expiresMs > this.#now()) || this.#used.has(nonce)) throw new DeskError('mailbox-proof-wrong');
    for (const [used, untilMs] of this.#used) {
      if (untilMs > this.#now() && this.#used.size < MAX_USED_CHALLENGES) break;
      this.#used.delete(used);
    }
    this.#used.set(nonce, expiresMs);
    const isRight = await isSignedBy(signingKey, 'mailbox', mailboxProof(origin, nonce), signature);
    if (!isRight) throw new DeskError('mailbox-proof-wrong');
  }

  mint({ role, signingKey }: MailboxOwner): { token: string; lifeMs: number } {
    const token = this.#sealed('t', `${this.#now() + MAILBOX_TOKEN_TTL_MS}.${role}.${signingKey}`);
    return { token, lifeMs: MAILBOX_TOKEN_TTL_MS };
  }

  /** Whose token this is. Throws `mailbox-token-unknown`. */
  ownerOf(token: string | undefined): MailboxOwner {
    const [expiresMs, name, signingKey] = this.#opened('t', token ?? '')?.split('.') ?? [];
    const role = MAILBOX_ROLES.find((known) => known === name);
    if (!(Number(expiresMs) > this.#now()) || role === undefined || signingKey === undefined) {
      throw new DeskError('mailbox-token-unknown');
    }
    return { role, signingKey };
  }

  #sealed(use: 'c' | 't', text: string): string {
    return `${text}.${this.#mac(use, text).toString('base64url')}`;
  }

  #opened(use: 'c' | 't', sealed: string): string | undefined {
    const [, text = '', mac = ''] = /^(.+)\.([\w-]{43})$/.exec(sealed) ?? [];
    return timingSafeEqual(this.#mac(use, text), macBytes(mac)) ? text : undefined;
  }

  #mac(use: 'c' | 't', text: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${use}.${text}`).digest();
  }
}

function macBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === 32 ? bytes : Buffer.alloc(32);
}

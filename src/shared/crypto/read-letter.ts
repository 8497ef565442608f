import type { PublicIdentity } from './keys.js';
import type { Envelope, LetterKind, LetterSender, VerifiedLetter } from '../protocol/letters.js';
import type { AgeIdentity } from './age.js';
import { checkEnvelope, openLetter } from './letter.js';

/** Somebody who gets letters. */
export interface Reader {
  readonly identity: AgeIdentity;
  readonly self: PublicIdentity;
  /** What those who write here may write. */
  readonly kinds: readonly LetterKind[];
  /** Who holds the key that a letter came from. Throws a LetterError for nobody who may write here. */
  readonly senderOf: (envelope: Envelope) => LetterSender | Promise<LetterSender>;
}

/**
 * Opens a sealed letter and checks all that can be told from it alone. Whether it came before is left: see number-window.ts.
 * Rejects with a LetterError.
 */
export async function readLetter(sealed: Uint8Array, reader: Reader, nowMs: number): Promise<VerifiedLetter> {
  const { envelope, sha256 } = await openLetter(sealed, reader.identity);
  checkEnvelope(envelope, { to: reader.self.signingKey, nowMs, kinds: reader.kinds });
  const sender = await reader.senderOf(envelope);
  return { envelope, sender, sha256, receivedMs: nowMs };
}

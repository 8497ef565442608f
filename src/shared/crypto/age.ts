import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { LetterError } from './letter-errors.js';
import { asPair, type PrivateKey } from './web-keys.js';

// The only file that knows the age library (https://age-encryption.org/v1): sealing to an X25519 recipient.

/** `AGE-SECRET-KEY-1…`, or an X25519 private key of WebCrypto, which need not be exportable. */
export type AgeIdentity = string | PrivateKey;

/** A new identity as age writes it, a secret. */
export function generateAgeIdentity(): Promise<string> {
  return generateX25519Identity();
}

/** For a browser: a private key that no script can read. */
export async function generateAgeKey(): Promise<PrivateKey> {
  return asPair(await crypto.subtle.generateKey('X25519', false, ['deriveBits'])).privateKey;
}

/** `age1…`. Rejects where the identity is none. */
export function recipientOf(identity: AgeIdentity): Promise<string> {
  return identityToRecipient(identity);
}

export async function sealTo(recipient: string, plain: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return new Uint8Array(await encrypter.encrypt(plain));
}

/**
 * Opens what was sealed to this identity alone. Rejects with a LetterError: `letter-sealed-for-another`, or `letter-damaged` for
 * what was cut, changed or never was age.
 */
export async function openSealed(identity: AgeIdentity, sealed: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(sealed);
  } catch (cause) {
    const isOthers = cause instanceof Error && cause.message.startsWith('no identity matched');
    throw new LetterError(isOthers ? 'letter-sealed-for-another' : 'letter-damaged', { cause });
  }
}

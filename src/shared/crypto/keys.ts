import { sha256 } from '@noble/hashes/sha2.js';
import * as v from 'valibot';
import { fromBase64Url } from './base64url.js';

// Keys as they stand in files, letters and on the screen.

/** 32 bytes in base64url without padding: 43 characters, of whose last one only four bits count. */
const KEY_PATTERN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
/** 64 bytes in base64url without padding. */
const SIGNATURE_PATTERN = /^[A-Za-z0-9_-]{85}[AQgw]$/;
/** An age recipient of X25519: bech32 of 32 bytes, `age1` and 58 characters. */
const RECIPIENT_PATTERN = /^age1[02-9ac-hj-np-z]{58}$/;

/** An Ed25519 public key. It also names whose it is: an install, a technician, an organisation. One key has one spelling. */
export const signingKeySchema = v.pipe(v.string(), v.regex(KEY_PATTERN));
export const signatureSchema = v.pipe(v.string(), v.regex(SIGNATURE_PATTERN));
/** An X25519 public key, as age writes it: what letters are sealed to. */
export const recipientSchema = v.pipe(v.string(), v.regex(RECIPIENT_PATTERN));

/** The public half of an identity: who somebody is, and how to write to them. */
export const publicIdentitySchema = v.object({ signingKey: signingKeySchema, recipient: recipientSchema });
export type PublicIdentity = v.InferOutput<typeof publicIdentitySchema>;

/** Crockford's: no I, L, O or U, so that nothing read out on the phone can be mistaken for something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 80 bits: to make a second key with the fingerprint of a given one takes 2^80 attempts. */
const FINGERPRINT_BYTES = 10;

/**
 * A signing key as people compare it: the first 80 bits of the SHA-256 of its 32 bytes, `7KQ2-M4XD-93FA-TT0P`. For eyes and ears
 * only; programs compare keys.
 */
export function fingerprint(signingKey: string): string {
  const bytes = fromBase64Url(signingKey);
  if (bytes?.length !== 32) throw new RangeError('A signing key has 32 bytes.');
  let bits = 0n;
  for (const byte of sha256(bytes).subarray(0, FINGERPRINT_BYTES)) bits = (bits << 8n) | BigInt(byte);
  const characters = Array.from({ length: 16 }, (_, at) =>
    ALPHABET.charAt(Number((bits >> BigInt(75 - 5 * at)) & 31n)),
  );
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-');
}

import * as v from 'valibot';
import { MAX_SEALED_LETTER_BYTES } from '../constants.js';
import { signatureSchema, signingKeySchema } from '../crypto/keys.js';

// The desk's mailboxes: one for each install and each technician, named by the signing key. See docs/letters.md, "Mailboxes".
//   GET  /api/technicians               signedTechnicians (letters.ts), or 404 `technicians-missing`
//   POST /api/mailbox/challenge         {} → challengeAnswer
//   POST /api/mailbox/token             tokenRequest → tokenAnswer. A technician must be signed in, too
//   GET  /api/mailbox/letters?waitMs=   Authorization: Bearer TOKEN → lettersAnswer; waits for the first letter
//   POST /api/mailbox/remove            Authorization: Bearer TOKEN, removeRequest → {}
//   POST /api/mailbox/letters           Authorization: Bearer TOKEN, Letter-To: KEY, Letter-Id: UUID,
//                                       Content-Type: application/octet-stream → postAnswer; asking again posts once
// 401 `mailbox-token-unknown`: prove again. 403, 404: trying again will not help.

const uuid = v.pipe(v.string(), v.uuid());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const challengeAnswerSchema = v.object({ nonce: v.pipe(v.string(), v.minLength(16), v.maxLength(200)) });
/** The signature is over `mailboxProof`, so that one desk cannot use at another what it was told. */
export const tokenRequestSchema = v.object({
  signingKey: signingKeySchema,
  /** The desk's origin as the caller sees it. */
  origin: v.pipe(v.string(), v.maxLength(300)),
  nonce: v.pipe(v.string(), v.maxLength(200)),
  signature: signatureSchema,
});
export type TokenRequest = v.InferOutput<typeof tokenRequestSchema>;
export const tokenAnswerSchema = v.object({ token: v.pipe(v.string(), v.maxLength(200)), lifeMs: count });

export function mailboxProof(origin: string, nonce: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${origin}\n${nonce}`);
}

/** A request for letters is answered after so long at the latest: proxies cut what is silent for a minute. */
export const MAX_LETTER_WAIT_MS = 25_000;
/** What one answer holds: so many letters, and no further one once it is larger than this (sealed bytes). */
export const MAX_LETTERS_AT_ONCE = 50;
export const LETTERS_ANSWER_BYTES = 1024 * 1024;

const base64 = v.pipe(v.string(), v.maxLength(Math.ceil(MAX_SEALED_LETTER_BYTES / 3) * 4), v.base64());
export const lettersAnswerSchema = v.object({
  /** The oldest first. A letter stays until it is removed, or too old. */
  letters: v.pipe(v.array(v.object({ id: uuid, sealed: base64 })), v.maxLength(MAX_LETTERS_AT_ONCE)),
});
export const removeRequestSchema = v.object({
  ids: v.pipe(v.array(uuid), v.minLength(1), v.maxLength(MAX_LETTERS_AT_ONCE)),
});
export const postAnswerSchema = v.object({ id: uuid });

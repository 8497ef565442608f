import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64Url, toBase64Url } from './base64url.js';
import { SAFETY_WORDS } from './safety-word-list.js';

// The short authentication string: four words that both people read to each other. Whoever stands between the two sides holds two
// connections with two pairs of DTLS certificates, so the words differ, but for one chance in 2^44 for each session that is tried.
//
// 44 bits can be searched through in minutes, so nobody may know what the words come to while there is something left to choose.
// The offer carries a commitment to the publisher's nonce; the subscriber tells its nonce once the connection stands, so that all
// certificates are fixed; only then does the publisher reveal its own. Whoever stands between must have committed towards the
// subscriber before that one's nonce is told, and must have told the publisher a nonce before that one's is revealed.

const COMMITMENT_CONTEXT = 'fluxrec safety commitment 1';
const WORDS_CONTEXT = 'fluxrec safety words 1';
export const NONCE_BYTES = 16;
const COMMITMENT_BYTES = 16;
export const SAFETY_WORD_COUNT = 4;
const BITS_PER_WORD = 11;

/** A fresh nonce, in base64url. */
export function mintNonce(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
}

/** What the offer carries of the publisher's nonce: both in base64url. */
export function commitmentTo(nonce: string): string {
  return toBase64Url(digest(COMMITMENT_CONTEXT, [bytesOf(nonce, NONCE_BYTES)]).subarray(0, COMMITMENT_BYTES));
}

export interface SafetyWordsInput {
  /** SHA-256 of each side's DTLS certificate, in base64url. */
  readonly publisherFingerprint: string;
  readonly subscriberFingerprint: string;
  readonly publisherNonce: string;
  readonly subscriberNonce: string;
}

/** The same four words on both sides, where nobody stands between them. */
export function safetyWords(input: SafetyWordsInput): readonly string[] {
  const hash = digest(WORDS_CONTEXT, [
    bytesOf(input.publisherFingerprint, 32),
    bytesOf(input.subscriberFingerprint, 32),
    bytesOf(input.publisherNonce, NONCE_BYTES),
    bytesOf(input.subscriberNonce, NONCE_BYTES),
  ]);
  let bits = 0n;
  for (const byte of hash.subarray(0, 8)) bits = (bits << 8n) | BigInt(byte);
  return Array.from({ length: SAFETY_WORD_COUNT }, (_, at) => {
    const index = Number((bits >> BigInt(64 - BITS_PER_WORD * (at + 1))) & 0x7ffn);
    return SAFETY_WORDS[index] ?? '';
  });
}

/** SHA-256 of the context, a zero byte, and parts whose lengths are fixed. */
function digest(context: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = sha256.create().update(new TextEncoder().encode(`${context}\0`));
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function bytesOf(text: string, length: number): Uint8Array {
  const bytes = fromBase64Url(text);
  if (bytes?.length !== length) throw new RangeError(`This is not base64url of ${length} bytes.`);
  return bytes;
}

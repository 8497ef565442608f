import * as v from 'valibot';
import { LETTER_CLOCK_SLACK_MS, MAX_LETTER_BYTES, MAX_LETTER_LIFE_MS, MAX_SEALED_LETTER_BYTES } from '../constants.js';
import { sha256Hex } from '../bundle/sha256.js';
import { envelopeSchema, type Envelope, type LetterKind } from '../protocol/letters.js';
import { openSealed, sealTo, type AgeIdentity } from './age.js';
import { fromBase64Url, toBase64Url } from './base64url.js';
import { LetterError } from './letter-errors.js';
import { isSignedBy, type Signer } from './sign.js';

// A letter on its way: age( signature, 64 bytes ‖ envelope, JSON in UTF-8 ). See docs/letters.md.

const SIGNATURE_BYTES = 64;

/** An opened letter: its signature holds, nothing else has been looked at. */
export interface OpenLetter {
  readonly envelope: Envelope;
  /** Of the envelope's exact bytes. */
  readonly sha256: string;
}

/** Signs an envelope and seals it; `text` is what was signed, `sha256` is of its bytes. Throws `letter-too-large`, and `letter-malformed` for what a receiver would refuse. */
export async function sealLetter(
  envelope: Envelope,
  signer: Signer,
  recipient: string,
): Promise<{ sealed: Uint8Array<ArrayBuffer>; sha256: string; text: string }> {
  if (!v.is(envelopeSchema, envelope)) throw new LetterError('letter-malformed');
  const text = JSON.stringify(envelope);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length + SIGNATURE_BYTES > MAX_LETTER_BYTES) throw new LetterError('letter-too-large');
  const signature = fromBase64Url(await signer.sign('letter', bytes));
  const plain = new Uint8Array(SIGNATURE_BYTES + bytes.length);
  plain.set(signature ?? []);
  plain.set(bytes, SIGNATURE_BYTES);
  return { sealed: await sealTo(recipient, plain), sha256: await sha256Hex(bytes), text };
}

/**
 * Opens a letter and checks that it was signed by whom it says it is from. Rejects with a LetterError: `letter-too-large`,
 * `letter-sealed-for-another`, `letter-damaged`, `letter-malformed`, `letter-forged`.
 */
export async function openLetter(sealed: Uint8Array, identity: AgeIdentity): Promise<OpenLetter> {
  if (sealed.length > MAX_SEALED_LETTER_BYTES) throw new LetterError('letter-too-large');
  const plain = await openSealed(identity, sealed);
  if (plain.length > MAX_LETTER_BYTES) throw new LetterError('letter-too-large');
  if (plain.length <= SIGNATURE_BYTES) throw new LetterError('letter-malformed');
  const bytes = plain.slice(SIGNATURE_BYTES);
  const envelope = parseEnvelope(bytes);
  const signature = toBase64Url(plain.subarray(0, SIGNATURE_BYTES));
  if (!(await isSignedBy(envelope.from, 'letter', bytes, signature))) throw new LetterError('letter-forged');
  return { envelope, sha256: await sha256Hex(bytes) };
}

function parseEnvelope(bytes: Uint8Array): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new LetterError('letter-malformed', { cause });
  }
  const parsed = v.safeParse(envelopeSchema, value);
  if (!parsed.success) throw new LetterError('letter-malformed');
  return parsed.output;
}

export interface AddressRules {
  /** Our own signing key. */
  readonly to: string;
  readonly nowMs: number;
  /** What this sender may write. */
  readonly kinds: readonly LetterKind[];
}

/** Whether an opened letter is for us, of a kind that is its sender's to write, and in time. Throws a LetterError. */
export function checkEnvelope(envelope: Envelope, { to, nowMs, kinds }: AddressRules): void {
  if (envelope.to !== to) throw new LetterError('letter-wrong-recipient');
  if (!kinds.includes(envelope.kind)) throw new LetterError('letter-kind-refused');
  if (envelope.expiresMs - envelope.sentMs > MAX_LETTER_LIFE_MS) throw new LetterError('letter-too-long-valid');
  if (envelope.sentMs > nowMs + LETTER_CLOCK_SLACK_MS) throw new LetterError('letter-from-tomorrow');
  if (envelope.expiresMs <= nowMs) throw new LetterError('letter-expired');
}

import { toHex } from '../bundle/sha256.js';
import { fromBase64Url, toBase64Url } from './base64url.js';
import { asPair, type KeyPair } from './web-keys.js';

// Ed25519 (RFC 8032) by WebCrypto: the same code in the host process, the desk, the CLI and the viewer.

/**
 * What a signature is for. It is signed with the bytes, so that a signature over one kind of thing is none over another: a
 * signed manifest can never be passed off as a letter. The names are part of the formats.
 */
export const SIGNING_CONTEXTS = {
  manifest: 'fluxrec manifest 1',
  letter: 'fluxrec letter 1',
  technicians: 'fluxrec technicians 1',
  receipt: 'fluxrec receipt 1',
  mailbox: 'fluxrec mailbox 1',
  'live-ask': 'fluxrec live ask 1',
} as const;
export type SigningContext = keyof typeof SIGNING_CONTEXTS;

/** Holds a private key that it does not give away. */
export interface Signer {
  /** The public key, in base64url. */
  readonly signingKey: string;
  /** The signature in base64url. */
  sign(context: SigningContext, bytes: Uint8Array): Promise<string>;
}

/** A new key pair. One that cannot be exported never leaves the browser or process that made it. */
export async function generateSigningKeys(isExtractable: boolean): Promise<KeyPair> {
  return asPair(await crypto.subtle.generateKey('Ed25519', isExtractable, ['sign', 'verify']));
}

export async function signerOf(keys: KeyPair): Promise<Signer> {
  const signingKey = toBase64Url(new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey)));
  return {
    signingKey,
    async sign(context, bytes) {
      const signature = await crypto.subtle.sign('Ed25519', keys.privateKey, signedBytes(context, bytes));
      return toBase64Url(new Uint8Array(signature));
    },
  };
}

/** The private key in PKCS #8 (RFC 8410), and the public one. Only of a pair that may be exported. */
export async function exportSigningKeys(
  keys: KeyPair,
): Promise<{ pkcs8: Uint8Array<ArrayBuffer>; signingKey: string }> {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { pkcs8, signingKey: (await signerOf(keys)).signingKey };
}

/** Rejects where the two do not belong together, or are no keys. */
export async function importSigningKeys(pkcs8: Uint8Array<ArrayBuffer>, signingKey: string): Promise<KeyPair> {
  const raw = fromBase64Url(signingKey);
  if (raw === undefined) throw new TypeError('This is not a signing key.');
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']),
    crypto.subtle.importKey('raw', raw, 'Ed25519', true, ['verify']),
  ]);
  const keys = { privateKey, publicKey };
  const proof = await (await signerOf(keys)).sign('mailbox', new Uint8Array(0));
  if (!(await isSignedBy(signingKey, 'mailbox', new Uint8Array(0), proof))) {
    throw new TypeError('The private key does not belong to the public key.');
  }
  return keys;
}

/**
 * The points of small order, by the 255 bits of y, also where those are not reduced: with such a key, one signature fits very many
 * messages, and libraries disagree on which. The list is libsodium's (ge25519_has_small_order).
 */
const SMALL_ORDER = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
]);

function isSmallOrder(raw: Uint8Array): boolean {
  const y = raw.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return SMALL_ORDER.has(toHex(y));
}

/** False for a wrong signature and for one, or a key, that is none at all. */
export async function isSignedBy(
  signingKey: string,
  context: SigningContext,
  bytes: Uint8Array,
  signature: string,
): Promise<boolean> {
  const raw = fromBase64Url(signingKey);
  const signed = fromBase64Url(signature);
  if (raw?.length !== 32 || signed?.length !== 64 || isSmallOrder(raw)) return false;
  try {
    const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, signed, signedBytes(context, bytes));
  } catch {
    return false; // 32 bytes that are no point of the curve.
  }
}

/** The context, a zero byte (no context has one), and the bytes. */
function signedBytes(context: SigningContext, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(SIGNING_CONTEXTS[context]);
  const signed = new Uint8Array(name.length + 1 + bytes.length);
  signed.set(name);
  signed.set(bytes, name.length + 1);
  return signed;
}

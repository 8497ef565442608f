import * as v from 'valibot';
import { generateAgeIdentity, recipientOf } from '../../shared/crypto/age.js';
import { fromBase64Url, toBase64Url } from '../../shared/crypto/base64url.js';
import { signingKeySchema, type PublicIdentity } from '../../shared/crypto/keys.js';
import {
  exportSigningKeys,
  generateSigningKeys,
  importSigningKeys,
  signerOf,
  type Signer,
} from '../../shared/crypto/sign.js';
import type { Secrets } from './secrets.js';

const storedSchema = v.object({
  version: v.literal(1),
  signingKey: signingKeySchema,
  /** The private signing key: PKCS #8 in base64url. */
  pkcs8: v.pipe(v.string(), v.maxLength(200)),
  ageIdentity: v.pipe(v.string(), v.regex(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/)),
});

/** Who this install is: it signs reports and letters, and opens letters. Made once, at the first start. */
export interface InstallIdentity {
  readonly signer: Signer;
  readonly ageIdentity: string;
  readonly keys: PublicIdentity;
  /** It was made just now: there was none, or what there was cannot be read any more. */
  readonly isNew: boolean;
}

export async function openIdentity(secrets: Secrets): Promise<InstallIdentity> {
  return (await readIdentity(secrets)) ?? (await makeIdentity(secrets));
}

async function readIdentity(secrets: Secrets): Promise<InstallIdentity | undefined> {
  const text = await secrets.get('identity');
  if (text === undefined) return undefined;
  try {
    const { signingKey, pkcs8, ageIdentity } = v.parse(storedSchema, JSON.parse(text));
    const signer = await signerOf(await importSigningKeys(fromBase64Url(pkcs8) ?? new Uint8Array(0), signingKey));
    return { signer, ageIdentity, keys: { signingKey, recipient: await recipientOf(ageIdentity) }, isNew: false };
  } catch {
    return undefined; // Damaged. A recorder without an identity could not send; with a new one it can.
  }
}

async function makeIdentity(secrets: Secrets): Promise<InstallIdentity> {
  const made = await generateSigningKeys(true);
  const { pkcs8, signingKey } = await exportSigningKeys(made);
  const ageIdentity = await generateAgeIdentity();
  await secrets.put('identity', JSON.stringify({ version: 1, signingKey, pkcs8: toBase64Url(pkcs8), ageIdentity }));
  // Read back as at every later start: what would not come back is noticed now.
  const signer = await signerOf(await importSigningKeys(pkcs8, signingKey));
  return { signer, ageIdentity, keys: { signingKey, recipient: await recipientOf(ageIdentity) }, isNew: true };
}

import * as v from 'valibot';
import { signatureSchema, signingKeySchema } from '../crypto/keys.js';
import { isSignedBy, type Signer } from '../crypto/sign.js';
import { readRange, type ByteSource } from './byte-source.js';
import type { Contents } from './check-entries.js';
import { crc32 } from './crc32.js';
import { earliestEnd } from './directory.js';
import { problem, type BundleProblem } from './errors.js';
import { dataOffsetOf } from './local-header.js';
import { SIGNATURE_PATH, type Manifest } from './manifest.js';
import { FLAG_ENCRYPTED, STORED } from './zip-records.js';

// The entry `signature`: who made a bundle, and whether a byte of it changed. See docs/bundle-format.md, section 6.

/** Twenty times what it takes. */
const MAX_SIGNATURE_BYTES = 4096;

const entrySchema = v.looseObject({
  alg: v.literal('Ed25519'),
  signingKey: signingKeySchema,
  signature: signatureSchema,
});

/** What the signature of a bundle says. It covers the manifest, and with it the hashes of every entry. */
export type SignatureCheck =
  | { readonly status: 'good'; readonly signingKey: string }
  /** The manifest names no install. */
  | { readonly status: 'unsigned' }
  | { readonly status: 'bad'; readonly problem: BundleProblem };

/** The content of the entry, of one and the same size for every manifest. */
export async function signManifest(manifestBytes: Uint8Array, signer: Signer): Promise<Uint8Array<ArrayBuffer>> {
  const signature = await signer.sign('manifest', manifestBytes);
  const entry = { alg: 'Ed25519', signingKey: signer.signingKey, signature };
  return new TextEncoder().encode(`${JSON.stringify(entry)}\n`);
}

export interface SignedParts {
  readonly source: ByteSource;
  readonly contents: Contents;
  readonly dataEnd: number;
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
}

/** Rejects only when the source cannot be read. */
export async function checkSignature(parts: SignedParts, signal?: AbortSignal): Promise<SignatureCheck> {
  const install = parts.manifest.install?.signingKey;
  // Nobody is named whose signature it could be: an entry of that name is another version's affair.
  if (install === undefined) return { status: 'unsigned' };
  if (!parts.contents.byName.has(SIGNATURE_PATH)) return bad('signature-missing');
  const bytes = await readEntry(parts, signal);
  const entry = bytes === undefined ? undefined : parseEntry(bytes);
  if (entry === undefined) return bad('signature-invalid', 'the entry cannot be read');
  const { signingKey, signature } = entry;
  if (!(await isSignedBy(signingKey, 'manifest', parts.manifestBytes, signature))) return bad('signature-invalid');
  // Anybody can change a report and sign it as somebody else.
  if (signingKey !== install) return bad('signature-wrong-key');
  return { status: 'good', signingKey };
}

function bad(
  code: 'signature-missing' | 'signature-invalid' | 'signature-wrong-key',
  detail?: string,
): Extract<SignatureCheck, { status: 'bad' }> {
  return { status: 'bad', problem: problem(code, { path: SIGNATURE_PATH, detail }) };
}

/** Undefined for what is not as a writer writes it: stored, small, whole. */
async function readEntry(
  { source, contents, dataEnd }: SignedParts,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const zip = contents.byName.get(SIGNATURE_PATH);
  if (zip === undefined || contents.problems.has(SIGNATURE_PATH)) return undefined;
  const { method, flags, plainBytes, storedBytes } = zip;
  if (method !== STORED || (flags & FLAG_ENCRYPTED) !== 0 || plainBytes !== storedBytes) return undefined;
  if (storedBytes > MAX_SIGNATURE_BYTES) return undefined;
  const end = Math.min(dataEnd, earliestEnd(zip) + MAX_SIGNATURE_BYTES);
  const bytes = await readRange(source, zip.offset, end - zip.offset, signal);
  try {
    const start = dataOffsetOf(zip, bytes) - zip.offset;
    const stored = bytes.slice(start, start + storedBytes);
    return stored.length === storedBytes && crc32(stored) === zip.crc32 ? stored : undefined;
  } catch {
    return undefined; // Its local header is another's.
  }
}

function parseEntry(bytes: Uint8Array): v.InferOutput<typeof entrySchema> | undefined {
  try {
    const parsed = v.safeParse(entrySchema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // Not UTF-8, not JSON.
  }
}

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { deflateSync } from 'fflate';
import { segmentEntries } from '../../src/shared/bundle/segment-entries.js';
import { signManifest } from '../../src/shared/bundle/signature.js';
import { planBundle } from '../../src/shared/bundle/write.js';
import { toBase64Url } from '../../src/shared/crypto/base64url.js';
import { importSigningKeys, signerOf, type Signer } from '../../src/shared/crypto/sign.js';
import { LOG_ENTRY, LOG_FILE, manifestFile, type MadeVector } from './good.js';
import { head, logEntry, manifestAround, ndjson, segments, sources, storedOf } from './session.js';
import type { ExpectedProblem } from './vector.js';
import { rawZip, type RawEntry } from './zip.js';

/** Keys that everybody knows, so that the vectors can be made again: an Ed25519 seed of 32 equal bytes. */
async function signerFrom(byte: number): Promise<Signer> {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, byte)]);
  const { x = '' } = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return signerOf(await importSigningKeys(new Uint8Array(pkcs8), x));
}

/** The recipient of the age identity whose 32 bytes are 3, 3, …: nothing is sealed to it here. */
const RECIPIENT = 'age1thld6wmt63lklg5wu9wed82mkr49xa6dfz9a47wlr3hqzf9nau3qqx6458';

async function goodSigned(signer: Signer): Promise<Uint8Array<ArrayBuffer>> {
  const entries = segmentEntries(
    segments.map(({ segment }) => segment),
    sources,
  );
  const install = { signingKey: signer.signingKey, recipient: RECIPIENT };
  const plan = await planBundle({ ...head, install }, entries, signer);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const part of plan.write((entry) => storedOf(entry.manifest.path))) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Who made a bundle, and whether it was changed since. */
export async function signedVectors(): Promise<MadeVector[]> {
  const [ours, others] = [await signerFrom(1), await signerFrom(2)];
  const install = { signingKey: ours.signingKey, recipient: RECIPIENT };
  const manifest = manifestFile(manifestAround([LOG_ENTRY], { install }));
  const changed = manifestFile(manifestAround([LOG_ENTRY], { install, description: 'Nothing is wrong.' }));
  const signature = async (signer: Signer, signed = manifest): Promise<RawEntry> => ({
    name: 'signature',
    plain: await signManifest(signed.plain, signer),
    isStored: true,
  });
  const good = await signature(ours);
  const otherLog = ndjson([{ type: 'log', t: 120, level: 'info', logger: 'console', message: 'all is well' }]);
  const otherEntry = logEntry(LOG_ENTRY.path, otherLog, deflateSync(otherLog), { events: 1 });
  const asText = (text: string): RawEntry => ({ ...good, plain: new TextEncoder().encode(text) });

  const vector = (
    name: string,
    scenario: string,
    bytes: Uint8Array<ArrayBuffer>,
    found: readonly ExpectedProblem[],
    isFoundByReading = false,
  ): MadeVector => ({
    vector: {
      file: `${name}.fluxrec`,
      scenario,
      ...(found.length === 0 ? {} : { found }),
      ...(found.length === 0 || isFoundByReading ? {} : { isFoundByVerifyingOnly: true }),
    },
    bytes,
  });
  const invalid = [{ code: 'signature-invalid', path: 'signature' }] as const;
  const wrongKey = [{ code: 'signature-wrong-key', path: 'signature' }] as const;
  return [
    vector('signed', 'A bundle as the writer writes it, signed by the install that it names.', await goodSigned(ours), []),
    vector(
      'signed-entry-changed',
      'An entry was changed after signing: the signature is good, the entry is not what was signed.',
      rawZip([manifest, good, { ...LOG_FILE, plain: otherLog, plainBytes: LOG_ENTRY.bytes, storedBytes: LOG_ENTRY.storedBytes, stored: padded(otherLog, LOG_ENTRY.storedBytes) }]),
      [{ code: 'wrong-hash', path: LOG_ENTRY.path }],
      true,
    ),
    vector(
      'signed-manifest-changed',
      'The description was changed after signing, with all else as it must be.',
      rawZip([changed, good, LOG_FILE]),
      invalid,
    ),
    vector(
      'signed-entry-replaced',
      'An entry was replaced and the manifest made to fit.',
      rawZip([
        manifestFile(manifestAround([otherEntry], { install })),
        good,
        { name: LOG_ENTRY.path, plain: otherLog },
      ]),
      invalid,
    ),
    vector(
      'signed-by-another',
      'Changed, and signed again by another install than the manifest names.',
      rawZip([changed, await signature(others, changed), LOG_FILE]),
      wrongKey,
    ),
    vector(
      'signed-for-nobody',
      'A signature, and no install that the manifest names: nobody says who made it.',
      await (async () => {
        const plain = manifestFile(manifestAround([LOG_ENTRY]));
        return rawZip([plain, await signature(ours, plain), LOG_FILE]);
      })(),
      [],
    ),
    vector(
      'signature-key-swapped',
      'The signature says that another key made it.',
      rawZip([manifest, asText(new TextDecoder().decode(good.plain).replace(ours.signingKey, others.signingKey)), LOG_FILE]),
      invalid,
    ),
    vector(
      'signature-missing',
      'The manifest names its install; the signature was taken out.',
      rawZip([manifest, LOG_FILE]),
      [{ code: 'signature-missing', path: 'signature' }],
    ),
    vector('signature-malformed', 'The signature is not JSON.', rawZip([manifest, asText('{"alg":'), LOG_FILE]), invalid),
    vector(
      'signature-other-alg',
      'The signature is of a kind that format 1 does not know.',
      rawZip([manifest, asText(new TextDecoder().decode(good.plain).replace('Ed25519', 'none')), LOG_FILE]),
      invalid,
    ),
    vector(
      'signature-zeros',
      'A signature of zeros by a key of zeros: a point of small order.',
      rawZip([
        manifest,
        asText(JSON.stringify({ alg: 'Ed25519', signingKey: toBase64Url(new Uint8Array(32)), signature: toBase64Url(new Uint8Array(64)) })),
        LOG_FILE,
      ]),
      invalid,
    ),
    vector(
      'signature-huge',
      'A signature that is larger than any.',
      rawZip([manifest, asText(`${new TextDecoder().decode(good.plain)}${' '.repeat(5000)}`), LOG_FILE]),
      invalid,
    ),
    vector('signature-deflated', 'A signature that is packed.', rawZip([manifest, { name: 'signature', plain: good.plain }, LOG_FILE]), invalid),
  ];
}

/** Deflated, and filled up to a length: another content of the same size. */
function padded(plain: Uint8Array, bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  all.set(deflateSync(plain).subarray(0, bytes));
  return all;
}

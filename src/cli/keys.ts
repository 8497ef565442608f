import { createPrivateKey, createPublicKey } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { FluxionError } from '../shared/errors.js';
import { fingerprint, signingKeySchema } from '../shared/crypto/keys.js';
import {
  exportSigningKeys,
  generateSigningKeys,
  importSigningKeys,
  signerOf,
  type Signer,
} from '../shared/crypto/sign.js';
import { readTechnicians, signTechnicians, verifyTechnicians } from '../shared/crypto/technicians.js';
import {
  signedTechniciansSchema,
  techniciansListSchema,
  type SignedTechnicians,
  type TechniciansList,
} from '../shared/protocol/letters.js';
import { CliError } from './cli-error.js';
import { table, wallText } from './figures.js';
import { terminalText } from './terminal-text.js';

/** A signed list of a thousand technicians is 500 KB. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const LINE_LENGTH = 64;

/** Makes a root key: the private key into a new file that only its owner can read. Answers what to pin. */
export async function newRoot(path: string): Promise<string[]> {
  const { pkcs8, signingKey } = await exportSigningKeys(await generateSigningKeys(true));
  const base64 = Buffer.from(pkcs8)
    .toString('base64')
    .replace(new RegExp(`.{${LINE_LENGTH}}(?=.)`, 'g'), '$&\n');
  try {
    // Never over a key that is there: it may be the only copy.
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(`-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new CliError('not-written', 'The key was not written: the file is there already, or cannot be made.', {
      cause,
    });
  }
  return [
    `Root key ${fingerprint(signingKey)}`,
    `Pin it in the app: rootKeys: ['${signingKey}']`,
    'Keep the file offline: who has it can propose commands to every customer of the app.',
  ];
}

/** Signs a list of technicians with a root key; answers the signed list as text. */
export async function signList(rootPath: string, listPath: string): Promise<string> {
  const root = await readRoot(rootPath);
  const list = v.safeParse(techniciansListSchema, parseJson(await readText(listPath)));
  if (!list.success) {
    const where = v.getDotPath(list.issues[0]);
    throw new CliError('list-invalid', `This is not a list of technicians${where === null ? '' : ` (${where})`}.`);
  }
  return JSON.stringify(await signTechnicians(list.output, root), undefined, 2);
}

/** What a key file or a list says: a root key, an install's key file, a list of technicians, signed or not, a public key. */
export async function showKeys(path: string): Promise<string[]> {
  const text = v.is(signingKeySchema, path) ? path : await readText(path);
  if (v.is(signingKeySchema, text.trim())) return keyLines('Key', text.trim());
  if (text.includes('-----BEGIN')) return keyLines('Root key', (await rootOf(text)).signingKey);
  const value = parseJson(text);
  const signed = v.safeParse(signedTechniciansSchema, value);
  if (signed.success) return signedLines(signed.output);
  const list = v.safeParse(techniciansListSchema, value);
  if (list.success) return ['Not signed.', '', ...listLines(list.output)];
  const install = v.safeParse(
    v.object({ value: v.pipe(v.string(), v.parseJson(), v.object({ signingKey: signingKeySchema })) }),
    value,
  );
  if (install.success) return keyLines('Install', install.output.value.signingKey);
  throw new CliError('not-keys', 'This is neither a key nor a list of technicians.');
}

function keyLines(what: string, signingKey: string): string[] {
  return [`${what} ${fingerprint(signingKey)}`, signingKey];
}

async function signedLines(signed: SignedTechnicians): Promise<string[]> {
  let verdict = 'The signature is good.';
  try {
    // By the key that it names: whether an app trusts that key is for its pins to say.
    await verifyTechnicians(signed, { rootKeys: [signed.rootKey], seenVersion: 0, nowMs: Date.now() });
  } catch (error) {
    if (!(error instanceof FluxionError)) throw error;
    verdict = `${error.code}: ${error.message}`;
  }
  return [
    `Signed by root key ${fingerprint(signed.rootKey)}`,
    signed.rootKey,
    verdict,
    '',
    ...listLines(readTechnicians(signed)),
  ];
}

function listLines({ organisation, version, validUntilMs, technicians }: TechniciansList): string[] {
  return [
    `${terminalText(organisation)}, version ${version}, valid until ${wallText(validUntilMs)}`,
    ...table(technicians.map(({ name, signingKey }) => [terminalText(name, 60), fingerprint(signingKey)])),
  ];
}

async function readRoot(path: string): Promise<Signer> {
  return await rootOf(await readText(path));
}

async function rootOf(pem: string): Promise<Signer> {
  try {
    const key = createPrivateKey(pem);
    const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
    const pkcs8 = new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }));
    return await signerOf(await importSigningKeys(pkcs8, x));
  } catch (cause) {
    throw new CliError('not-a-root-key', 'This file holds no Ed25519 private key.', { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    await handle.close();
    if (size > MAX_FILE_BYTES) throw new Error('too large');
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CliError('unreadable', 'The file could not be read. Check that it is there and that you may read it.', {
      cause,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // What it is not, the caller says.
  }
}

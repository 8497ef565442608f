import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SafeStorageSecrets } from '../../../../src/main/electron/safe-storage-secrets.js';
import { KeyFileSecrets } from '../../../../src/main/services/secrets.js';

let folder: string;
let unprotected: number;
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'fluxrec-secrets-'));
  unprotected = 0;
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

interface StoreFacts {
  readonly backend?: 'basic_text' | 'gnome_libsecret';
  readonly isAvailable?: boolean;
  readonly key?: number;
  readonly isOld?: boolean;
  readonly canSeal?: boolean;
  readonly platform?: NodeJS.Platform;
}

/** A double of Electron's safeStorage, which seals by turning bits: what is on the disk is not the secret. */
function secretsOver({
  backend = 'gnome_libsecret',
  isAvailable = true,
  key = 0x5a,
  isOld = false,
  canSeal = true,
  platform = 'linux',
}: StoreFacts = {}) {
  const turn = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte) => byte ^ key));
  return new SafeStorageSecrets({
    store: {
      getSelectedStorageBackend: () => backend,
      isAsyncEncryptionAvailable: () => Promise.resolve(isAvailable),
      encryptStringAsync: (text) =>
        canSeal ? Promise.resolve(turn(Buffer.from(`v1${text}`))) : Promise.reject(new Error('cannot be encrypted')),
      decryptStringAsync: (sealed) => {
        const text = turn(sealed).toString();
        if (!text.startsWith('v1')) return Promise.reject(new Error('cannot be decrypted'));
        return Promise.resolve({ result: text.slice(2), shouldReEncrypt: isOld });
      },
    },
    whenReady: () => Promise.resolve(),
    platform,
    fs,
    folder,
    onUnprotected() {
      unprotected += 1;
    },
  });
}
const SECRET = 'a private key, whole';

async function onDisk(): Promise<string> {
  const texts = await Promise.all((await fs.readdir(folder)).map((name) => fs.readFile(join(folder, name), 'latin1')));
  return texts.join('\n');
}

it('keeps a secret sealed, over a restart', async () => {
  await secretsOver().put('identity', SECRET);
  expect(await onDisk()).not.toContain(SECRET);
  expect(await secretsOver().get('identity')).toBe(SECRET);
  expect(unprotected).toBe(0);
});

it.each([
  ['a password that everybody knows', { backend: 'basic_text' }],
  ['a key store that does not open', { isAvailable: false }],
] as const)('does not trust %s: the secret is in a key file, and that is said', async (_what, facts) => {
  const secrets = secretsOver(facts);
  await secrets.put('identity', SECRET);
  expect(await secretsOver(facts).get('identity')).toBe(SECRET);
  expect(await new KeyFileSecrets(fs, folder).get('identity')).toBe(SECRET);
  expect(unprotected).toBe(2);
});

it('asks for the back end’s name on Linux alone', async () => {
  await secretsOver({ backend: 'basic_text', platform: 'win32' }).put('identity', SECRET);
  expect(unprotected).toBe(0);
  expect(await onDisk()).not.toContain(SECRET);
});

it('moves a secret into the key store once there is one, and leaves no copy', async () => {
  await secretsOver({ backend: 'basic_text' }).put('identity', SECRET);
  expect(await secretsOver().get('identity')).toBe(SECRET);
  expect(await onDisk()).not.toContain(SECRET);
  expect(await secretsOver().get('identity')).toBe(SECRET);
});

it('seals anew what was sealed with an older key', async () => {
  await secretsOver().put('identity', SECRET);
  const [name = ''] = await fs.readdir(folder);
  const { ino } = await fs.stat(join(folder, name));
  expect(await secretsOver({ isOld: true }).get('identity')).toBe(SECRET);
  expect((await fs.stat(join(folder, name))).ino).not.toBe(ino);
});

it('loses nothing where it could not be sealed anew, or moved', async () => {
  await new KeyFileSecrets(fs, folder).put('identity', SECRET);
  expect(await secretsOver({ canSeal: false }).get('identity')).toBe(SECRET);
  expect(await secretsOver().get('identity')).toBe(SECRET);
  expect(await secretsOver({ isOld: true, canSeal: false }).get('identity')).toBe(SECRET);
  expect(await secretsOver().get('identity')).toBe(SECRET);
});

it('has nothing where the key store cannot open it any more, or where nothing was put', async () => {
  expect(await secretsOver().get('identity')).toBeUndefined();
  await secretsOver().put('identity', SECRET);
  expect(await secretsOver({ key: 0x11 }).get('identity')).toBeUndefined();
});

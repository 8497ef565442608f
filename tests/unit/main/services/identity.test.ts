import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeFileSystem } from '../../../../src/main/services/durable-file.js';
import { openIdentity } from '../../../../src/main/services/identity.js';
import { KeyFileSecrets } from '../../../../src/main/services/secrets.js';
import { openSealed, sealTo } from '../../../../src/shared/crypto/age.js';
import { isSignedBy } from '../../../../src/shared/crypto/sign.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxrec-identity-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});
const open = () => openIdentity(new KeyFileSecrets(nodeFileSystem, join(folder, 'keys')));

describe('the identity of an install', () => {
  test('is made once, and is the same at every start', async () => {
    const made = await open();
    const again = await open();
    expect([made.isNew, again.isNew]).toEqual([true, false]);
    expect(again.keys).toEqual(made.keys);
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await isSignedBy(made.keys.signingKey, 'letter', bytes, await again.signer.sign('letter', bytes))).toBe(
      true,
    );
    expect(await openSealed(again.ageIdentity, await sealTo(made.keys.recipient, bytes))).toEqual(bytes);
  });

  test('can be read by its own account only', async () => {
    await open();
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'keys', 'identity.key'))).mode & 0o777).toBe(0o600);
  });

  test('that is damaged is made anew: the app starts', async () => {
    const made = await open();
    const path = join(folder, 'keys', 'identity.key');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/AGE-SECRET-KEY-1..../, 'AGE-SECRET-KEY-1QQQQ'));
    const again = await open();
    expect(again.isNew).toBe(true);
    expect(again.keys).not.toEqual(made.keys);
  });
});

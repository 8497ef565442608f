import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/cli/run.js';
import { AuditLog } from '../../../src/main/services/audit-log.js';
import { nodeFileSystem } from '../../../src/main/services/durable-file.js';
import { openIdentity } from '../../../src/main/services/identity.js';
import { KeyFileSecrets } from '../../../src/main/services/secrets.js';
import { fingerprint } from '../../../src/shared/crypto/keys.js';
import { verifyTechnicians } from '../../../src/shared/crypto/technicians.js';
import { listOf, makeParty } from '../shared/crypto/parties.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxrec-cli-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function fluxrec(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
const at = (name: string): string => join(folder, name);

/** A root key in a file, and what to pin. */
async function newRoot(): Promise<string> {
  const { out } = await fluxrec('keys', 'new-root', at('root.pem'));
  return /rootKeys: \['([\w-]{43})'\]/.exec(out)?.[1] ?? '';
}

async function writeList(changes: object = {}): Promise<string> {
  const list = listOf([await makeParty()], { validUntilMs: Date.now() + 1e9 });
  await writeFile(at('list.json'), JSON.stringify({ ...list, ...changes }));
  return at('list.json');
}

describe('fluxrec keys', () => {
  it('makes a root key that only its owner can read, and never over another', async () => {
    const signingKey = await newRoot();
    expect((await stat(at('root.pem'))).mode & 0o777).toBe(0o600);
    const before = await readFile(at('root.pem'), 'utf8');
    expect((await fluxrec('keys', 'show', at('root.pem'))).out).toBe(
      `Root key ${fingerprint(signingKey)}\n${signingKey}`,
    );
    expect(await fluxrec('keys', 'new-root', at('root.pem'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^not-written: /) as string,
    });
    expect(await readFile(at('root.pem'), 'utf8')).toBe(before);
  });

  it('signs a list that an app with this root pinned accepts', async () => {
    const rootKey = await newRoot();
    const { code, out } = await fluxrec('keys', 'sign-technicians', '--root', at('root.pem'), await writeList());
    expect(code).toBe(0);
    const rules = { rootKeys: [rootKey], seenVersion: 0, nowMs: Date.now() };
    expect(await verifyTechnicians(JSON.parse(out), rules)).toMatchObject({ organisation: 'Fluxion Support' });
    await writeFile(at('signed.json'), out);
    const shown = (await fluxrec('keys', 'show', at('signed.json'))).out;
    expect(shown).toContain('The signature is good.');
    expect(shown).toContain('Technician 1');
    await writeFile(at('signed.json'), out.replace('Technician 1', 'Technician 2'));
    expect((await fluxrec('keys', 'show', at('signed.json'))).out).toContain('technicians-forged: ');
  });

  it('signs nothing that an app would not understand, and says where it is wrong', async () => {
    await newRoot();
    const list = await writeList({ version: 0 });
    expect(await fluxrec('keys', 'sign-technicians', '--root', at('root.pem'), list)).toEqual({
      code: 1,
      out: '',
      err: 'list-invalid: This is not a list of technicians (version).',
    });
  });

  it('wants a root key, and no other file in its place', async () => {
    const list = await writeList();
    expect((await fluxrec('keys', 'sign-technicians', list)).code).toBe(2);
    const { code, err } = await fluxrec('keys', 'sign-technicians', '--root', list, list);
    expect({ code, err }).toEqual({ code: 1, err: 'not-a-root-key: This file holds no Ed25519 private key.' });
  });

  it('shows an install’s key and no secret of it', async () => {
    const { keys } = await openIdentity(new KeyFileSecrets(nodeFileSystem, folder));
    const { out } = await fluxrec('keys', 'show', at('identity.key'));
    expect(out).toBe(`Install ${fingerprint(keys.signingKey)}\n${keys.signingKey}`);
    expect((await fluxrec('keys', 'show', keys.signingKey)).out).toContain(fingerprint(keys.signingKey));
    expect((await fluxrec('keys', 'show', at('nowhere'))).err).toMatch(/^unreadable: (?!.*nowhere)/);
  });
});

describe('fluxrec audit verify', () => {
  async function writeLog(): Promise<string> {
    const path = at('audit');
    const log = await AuditLog.open({ folder: path, fs: nodeFileSystem, wallMs: Date.now, maxFileBytes: 800 });
    for (let index = 0; index < 10; index += 1) await log.append('letter-sent', { index });
    return path;
  }

  it('says that a log as it was written is good, by its folder and by its files', async () => {
    const path = await writeLog();
    expect(await fluxrec('audit', 'verify', path)).toEqual({
      code: 0,
      out: 'Good: 10 records, number 1 to 10.',
      err: '',
    });
    expect((await fluxrec('audit', 'verify', join(path, '0000000000000001.jsonl'))).code).toBe(0);
  });

  it('locates a changed byte', async () => {
    const path = await writeLog();
    const file = join(path, '0000000000000001.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"index":1', '"index":7'));
    const { code, out } = await fluxrec('audit', 'verify', path);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^line 2: changed: [^\n]+$/) as string });
  });

  it('fails for a log that is not there', async () => {
    expect(await fluxrec('audit', 'verify', at('nowhere'))).toMatchObject({ code: 1, out: '' });
  });
});

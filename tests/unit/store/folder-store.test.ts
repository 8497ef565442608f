import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toStoreError } from '../../../src/store/errors.js';
import { FolderStore } from '../../../src/store/folder-store.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

let folder: string;
let store: FolderStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-store-'));
  store = await FolderStore.open(join(folder, 'store'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function keys(prefix = ''): Promise<string[]> {
  const found = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  const alone = [];
  for await (const key of store.keys(prefix)) alone.push(key);
  expect(alone).toEqual(found);
  return found;
}

describe('an object', () => {
  it('is read as it was written, whole and by range', async () => {
    await store.put('a/b.json', text('0123456789'));
    expect((await store.get('a/b.json', 10))?.toString()).toBe('0123456789');
    expect((await buffer(await store.range('a/b.json', 3, 4))).toString()).toBe('3456');
    expect((await buffer(await store.range('a/b.json', 0, 0))).toString()).toBe('');
    const modifiedMs = expect.closeTo(Date.now(), -5) as number;
    expect(await store.head('a/b.json')).toEqual({ key: 'a/b.json', bytes: 10, modifiedMs });
  });

  it('that is not there is undefined, has no ranges and may be deleted', async () => {
    expect(await store.get('a/b', 10)).toBeUndefined();
    expect(await store.head('a/b')).toBeUndefined();
    await expect(store.range('a/b', 0, 1)).rejects.toMatchObject({ code: 'object-missing' });
    await store.delete('a/b');
  });

  it('is replaced by put and kept by put-if-absent', async () => {
    expect(await store.putIfAbsent('k', text('first'))).toBe(true);
    expect(await store.putIfAbsent('k', text('second'))).toBe(false);
    expect((await store.get('k', 10))?.toString()).toBe('first');
    await store.put('k', text('third'));
    expect((await store.get('k', 10))?.toString()).toBe('third');
  });

  it('is written by exactly one of many that race', async () => {
    const wins = await Promise.all(Array.from({ length: 20 }, (_, n) => store.putIfAbsent('race', text(`${n}`))));
    expect(wins.filter(Boolean)).toHaveLength(1);
    expect((await store.get('race', 10))?.toString()).toBe(`${wins.indexOf(true)}`);
    expect(await readdir(join(folder, 'store', '.incoming'))).toEqual([]);
  });

  it('can be made from a local file, which stays', async () => {
    const file = join(folder, 'local');
    await writeFile(file, 'bytes');
    expect(await store.putIfAbsent('from/file', { file })).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('bytes');
    expect((await store.get('from/file', 10))?.toString()).toBe('bytes');
  });

  it('is refused before it is read where it is too large', async () => {
    await store.put('large', text('12345'));
    await expect(store.get('large', 4)).rejects.toMatchObject({ code: 'object-too-large' });
  });

  it('has no range past its end', async () => {
    await store.put('short', text('12345'));
    await expect(store.range('short', 2, 4)).rejects.toMatchObject({ code: 'object-missing' });
  });
});

describe('keys', () => {
  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    '../a',
    'a/../b',
    'a/./b',
    '.hidden',
    'A',
    'a\\b',
    'a\0b',
    'é',
    '-x',
    'a'.repeat(129),
  ])('such as %j are refused', async (key) => {
    await expect(store.put(key, text('x'))).rejects.toMatchObject({ code: 'bad-key' });
    await expect(store.get(key, 1)).rejects.toMatchObject({ code: 'bad-key' });
    await expect(store.delete(key)).rejects.toMatchObject({ code: 'bad-key' });
  });

  it('are listed in the order of their bytes, whatever they are', async () => {
    const name = fc.stringMatching(/^[a-c0-1][a-c.-]{0,2}$/);
    const someKeys = fc.uniqueArray(
      fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(someKeys, async (all) => {
        // A folder has no object of its own name: leave out keys that are a prefix of others.
        const chosen = all.filter((key) => !all.some((other) => other.startsWith(`${key}/`)));
        await Promise.all(chosen.map((key) => store.put(key, text(key))));
        try {
          expect(await keys()).toEqual(chosen.sort());
        } finally {
          await Promise.all(chosen.map((key) => store.delete(key)));
        }
        expect((await readdir(join(folder, 'store'))).sort()).toEqual(['.incoming']);
      }),
      { numRuns: 60 },
    );
  });

  it('are listed by prefix, without what is no object', async () => {
    await store.put('reports/1/a.json', text('x'));
    await store.put('reports/2/a.json', text('x'));
    await store.put('other', text('x'));
    await writeFile(join(folder, 'store', 'reports', 'Thumbs.db'), 'x');
    await mkdir(join(folder, 'store', 'reports', '3'));
    expect(await keys('reports/')).toEqual(['reports/1/a.json', 'reports/2/a.json']);
    expect(await keys('reports/2/')).toEqual(['reports/2/a.json']);
    expect(await keys('nothing/')).toEqual([]);
    await expect(keys('reports')).rejects.toMatchObject({ code: 'bad-key' });
    expect(await store.folders('reports/')).toEqual(['reports/1/', 'reports/2/', 'reports/3/']);
    expect(await store.folders('')).toEqual(['reports/']);
    expect(await store.folders('nothing/')).toEqual([]);
  });
});

it('throws away what a crash left half-written', async () => {
  await writeFile(join(folder, 'store', '.incoming', 'left'), 'half');
  await FolderStore.open(join(folder, 'store'));
  expect(await readdir(join(folder, 'store', '.incoming'))).toEqual([]);
});

it.runIf(existsSync('/dev/full'))('says in plain words that the disk is full', async () => {
  // /dev/full takes no byte: the real error of a full disk, without filling one.
  const failure = await writeFile('/dev/full', 'x').catch(toStoreError);
  expect(failure).toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining('disk of the desk is full') as string,
  });
});

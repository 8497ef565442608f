import { existsSync } from 'node:fs';
import { link, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toStoreError } from '../../../src/store/errors.js';
import { FolderStore } from '../../../src/store/folder-store.js';

// What is the folder's alone; what every store must do is in tests/integration/store.

let folder: string;
let root: string;
let store: FolderStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-store-'));
  root = join(folder, 'store');
  store = await FolderStore.open(root);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('throws away what a crash left half-written', async () => {
  await writeFile(join(root, '.incoming', 'left'), 'half');
  await FolderStore.open(root);
  expect(await readdir(join(root, '.incoming'))).toEqual([]);
});

it('leaves no folder behind without an object', async () => {
  await store.put('a/b/c', Buffer.from('x'));
  await store.put('a/d', Buffer.from('x'));
  await store.delete('a/b/c');
  expect(await readdir(join(root, 'a'))).toEqual(['d']);
  await store.delete('a/d');
  expect(await readdir(root)).toEqual(['.incoming']);
});

it('takes a local file, and copies, without writing its bytes again', async () => {
  const file = join(folder, 'local');
  await writeFile(file, 'bytes');
  await store.put('one', { file });
  await store.copy('one', 'two');
  const inodes = await Promise.all(
    [file, join(root, 'one'), join(root, 'two')].map(async (path) => (await stat(path)).ino),
  );
  expect(new Set(inodes).size).toBe(1);
  // Links are what "put if absent" needs, too.
  await expect(link(file, join(root, 'one'))).rejects.toMatchObject({ code: 'EEXIST' });
});

it.runIf(existsSync('/dev/full'))('says in plain words that the disk is full', async () => {
  // /dev/full takes no byte: the real error of a full disk, without filling one.
  const failure = await writeFile('/dev/full', 'x').catch(toStoreError);
  expect(failure).toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining('disk of the desk is full') as string,
  });
});

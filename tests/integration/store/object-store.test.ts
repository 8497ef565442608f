import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FolderStore } from '../../../src/store/folder-store.js';
import type { ObjectStore } from '../../../src/store/object-store.js';
import { connectBucket } from '../../../src/store/s3/s3-client.js';
import { S3Store } from '../../../src/store/s3/s3-store.js';
import { provideCeph, startCeph, type Ceph } from '../../lab/ceph.js';
import { runs } from '../../lab/fuzz.js';

// What every store must do: one suite over a folder and over a bucket of a real Ceph gateway.

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Puts something into the place of the store that is no object of ours. */
  litter(): Promise<void>;
  close(): Promise<void>;
}

const hasCeph = provideCeph();
let ceph: Ceph | undefined;
beforeAll(async () => {
  if (hasCeph) ceph = await startCeph();
}, 120_000);
afterAll(async () => {
  await ceph?.stop();
});

async function openFolder(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  return {
    store: await FolderStore.open(folder),
    async litter() {
      await mkdir(join(folder, 'reports', 'Empty'), { recursive: true });
      await writeFile(join(folder, 'reports', 'Thumbs.db'), 'x');
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openBucket(): Promise<StoreUnderTest> {
  if (ceph === undefined) throw new Error('no Ceph');
  const { accessKeyId, secretAccessKey, ...place } = await ceph.bucket();
  // A prefix with characters that must be escaped, and the same bucket seen without it.
  const options = { ...place, pathStyle: true, credentials: { accessKeyId, secretAccessKey } };
  const store = new S3Store(connectBucket({ ...options, prefix: 'Team A+B/' }));
  const plain = connectBucket(options);
  await store.check();
  return {
    store,
    async litter() {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      for (const Key of ['Team A+B/reports/Thumbs.db', 'Team A+B/reports/Other/x', 'reports/9/not-below-the-prefix']) {
        await plain.client.send(new PutObjectCommand({ Bucket: place.bucket, Key, Body: 'x' }));
      }
    },
    close() {
      store.close();
      plain.client.destroy();
      return Promise.resolve();
    },
  };
}

describe.each([
  ['a folder', openFolder, true],
  ['a bucket of Ceph', openBucket, hasCeph],
] as const)('in %s', (_name, open, isHere) => {
  describe.runIf(isHere)('the store', () => {
    let under: StoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      under = await open();
      ({ store } = under);
    });
    afterEach(() => under.close());

    async function keys(prefix = ''): Promise<string[]> {
      const found = [];
      for await (const { key } of store.list(prefix)) found.push(key);
      const alone = [];
      for await (const key of store.keys(prefix)) alone.push(key);
      expect(alone).toEqual(found);
      return found;
    }

    it('reads an object as it was written, whole and by range', async () => {
      await store.put('a/b.json', text('0123456789'));
      expect((await store.get('a/b.json', 10))?.toString()).toBe('0123456789');
      expect((await buffer(await store.range('a/b.json', 3, 4))).toString()).toBe('3456');
      expect((await buffer(await store.range('a/b.json', 0, 0))).toString()).toBe('');
      const modifiedMs = expect.closeTo(Date.now(), -5) as number;
      expect(await store.head('a/b.json')).toEqual({ key: 'a/b.json', bytes: 10, modifiedMs });
    });

    it('has nothing of what is not there', async () => {
      expect(await store.get('a/b', 10)).toBeUndefined();
      expect(await store.head('a/b')).toBeUndefined();
      await expect(store.range('a/b', 0, 1)).rejects.toMatchObject({ code: 'object-missing' });
      await expect(store.copy('a/b', 'a/c')).rejects.toMatchObject({ code: 'object-missing' });
      await store.delete('a/b');
      expect(await keys()).toEqual([]);
    });

    it('replaces by put and keeps by put-if-absent', async () => {
      expect(await store.putIfAbsent('k', text('first'))).toBe(true);
      expect(await store.putIfAbsent('k', text('second'))).toBe(false);
      expect((await store.get('k', 10))?.toString()).toBe('first');
      await store.put('k', text('third'));
      expect((await store.get('k', 10))?.toString()).toBe('third');
    });

    it('lets exactly one of many that race write an object', async () => {
      const wins = await Promise.all(Array.from({ length: 20 }, (_, n) => store.putIfAbsent('race', text(`${n}`))));
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect((await store.get('race', 10))?.toString()).toBe(`${wins.indexOf(true)}`);
      expect(await keys()).toEqual(['race']);
    });

    it('takes a local file, which stays', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'store-file-'));
      const file = join(folder, 'local');
      const bytes = Buffer.alloc(3_000_000, 'bytes');
      await writeFile(file, bytes);
      await store.put('from/file', { file });
      expect((await readFile(file)).equals(bytes)).toBe(true);
      expect((await store.get('from/file', bytes.length))?.equals(bytes)).toBe(true);
      await expect(store.put('from/none', { file: join(folder, 'none') })).rejects.toMatchObject({
        code: 'object-missing',
      });
      await rm(folder, { recursive: true });
    });

    it('copies, over what is there, and the copy stays when the first one goes', async () => {
      await store.put('to/copy', text('old and longer'));
      await store.put('from/here', text('bytes'));
      await store.copy('from/here', 'to/copy');
      await store.delete('from/here');
      expect((await store.get('to/copy', 100))?.toString()).toBe('bytes');
      expect(await keys()).toEqual(['to/copy']);
    });

    it('refuses to read an object that is too large', async () => {
      await store.put('large', text('12345'));
      await expect(store.get('large', 4)).rejects.toMatchObject({ code: 'object-too-large' });
      expect((await store.get('large', 5))?.toString()).toBe('12345');
    });

    it('has no range past the end', async () => {
      await store.put('short', text('12345'));
      await expect(store.range('short', 2, 4)).rejects.toMatchObject({ code: 'object-missing' });
      await expect(store.range('short', 5, 1)).rejects.toMatchObject({ code: 'object-missing' });
    });

    it('ends a range that nobody wants any more', async () => {
      await store.put('long', Buffer.alloc(5_000_000));
      const stop = new AbortController();
      const read = buffer(await store.range('long', 0, 5_000_000, stop.signal));
      stop.abort();
      await expect(read).rejects.toThrow(/abort/i);
    });

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
    ])('refuses %j as a key', async (key) => {
      await expect(store.put(key, text('x'))).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.putIfAbsent(key, text('x'))).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.copy('a', key)).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.copy(key, 'a')).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.get(key, 1)).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.range(key, 0, 1)).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.head(key)).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.delete(key)).rejects.toMatchObject({ code: 'bad-key' });
    });

    it('lists keys in the order of their bytes, whatever they are', { timeout: 60_000 }, async () => {
      const name = fc.stringMatching(/^[a-c0-1][a-c.-]{0,2}$/);
      const someKeys = fc.uniqueArray(
        fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/')),
        { maxLength: 12 },
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
          expect(await keys()).toEqual([]);
        }),
        { numRuns: runs(25) },
      );
    });

    it('lists more than one page', { timeout: 60_000 }, async () => {
      const wanted = Array.from({ length: 1100 }, (_, n) => `many/${String(n).padStart(5, '0')}/x`);
      for (let at = 0; at < wanted.length; at += 50) {
        await Promise.all(wanted.slice(at, at + 50).map((key) => store.put(key, text('x'))));
      }
      expect(await keys('many/')).toEqual(wanted);
      expect(await store.folders('many/')).toEqual(wanted.map((key) => key.slice(0, -1)));
    });

    it('lists by prefix, without what is no object of ours', async () => {
      await store.put('reports/1/a.json', text('x'));
      await store.put('reports/2/a.json', text('x'));
      await store.put('other', text('x'));
      await under.litter();
      expect(await keys('reports/')).toEqual(['reports/1/a.json', 'reports/2/a.json']);
      expect(await keys('reports/2/')).toEqual(['reports/2/a.json']);
      expect(await keys('nothing/')).toEqual([]);
      await expect(keys('reports')).rejects.toMatchObject({ code: 'bad-key' });
      await expect(store.folders('reports')).rejects.toMatchObject({ code: 'bad-key' });
      expect(await store.folders('reports/')).toEqual(['reports/1/', 'reports/2/']);
      expect(await store.folders('')).toEqual(['reports/']);
      expect(await store.folders('nothing/')).toEqual([]);
    });
  });
});

describe.runIf(hasCeph)('a bucket that cannot be used', () => {
  it('is told from one that is away, in words that help', async () => {
    const { accessKeyId, secretAccessKey, ...place } = (await ceph?.bucket()) ?? expect.fail();
    const good = { ...place, pathStyle: true, credentials: { accessKeyId, secretAccessKey } };
    const bad = [
      [{ ...good, bucket: 'there-is-none' }, 'store-refused'],
      [{ ...good, credentials: { accessKeyId, secretAccessKey: 'wrong' } }, 'store-refused'],
      [{ ...good, credentials: { accessKeyId: 'NOBODY', secretAccessKey } }, 'store-refused'],
      [{ ...good, endpoint: 'http://127.0.0.1:1' }, 'store-unreachable'],
    ] as const;
    for (const [options, code] of bad) {
      const store = new S3Store(connectBucket(options));
      const failure: unknown = await store.check().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code });
      expect(String(failure)).not.toContain(secretAccessKey);
      store.close();
    }
  });
});

import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AuditLog } from '../../../../src/main/services/audit-log.js';
import { nodeFileSystem, type FileSystem } from '../../../../src/main/services/durable-file.js';
import { AuditVerifier } from '../../../../src/shared/crypto/audit-chain.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxrec-audit-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = (fs: FileSystem = nodeFileSystem, maxFileBytes = 1000, maxFiles = 64) =>
  AuditLog.open({ folder, fs, wallMs: () => 1_795_424_400_000, maxFileBytes, maxFiles });

async function fill(log: AuditLog, count: number, from = 1): Promise<void> {
  for (let index = from; index < from + count; index += 1) await log.append('letter-sent', { index });
}

async function verify() {
  const verifier = new AuditVerifier();
  for (const name of (await readdir(folder)).sort()) verifier.push(await readFile(join(folder, name)));
  return verifier.end();
}

describe('the audit log', () => {
  test('is one chain over its files and over restarts', async () => {
    await fill(await open(), 10);
    await fill(await open(), 10, 11);
    expect((await readdir(folder)).length).toBeGreaterThan(3);
    expect(await verify()).toMatchObject({ records: 20, firstNumber: 1, lastNumber: 20, problems: [] });
  });

  test('keeps the order of records that are appended at once', async () => {
    const log = await open();
    await Promise.all(Array.from({ length: 20 }, (_, index) => log.append('letter-sent', { index })));
    const { records } = await log.read({ limit: 100 });
    expect(records.map(({ body }) => body['index'])).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index));
    expect((await verify()).problems).toEqual([]);
  });

  test('is read in pages, newest first, over files', async () => {
    const log = await open();
    await fill(log, 25);
    const first = await log.read({ limit: 10 });
    expect(first.records.map(({ number }) => number)).toEqual([25, 24, 23, 22, 21, 20, 19, 18, 17, 16]);
    const last = await log.read({ before: 6, limit: 10 });
    expect(last).toMatchObject({ hasMore: false });
    expect(last.records.map(({ number, isIntact }) => [number, isIntact])).toEqual(
      [5, 4, 3, 2, 1].map((n) => [n, true]),
    );
    expect(first.hasMore).toBe(true);
  });

  test('erases its oldest files and no others', async () => {
    await fill(await open(nodeFileSystem, 1000, 2), 30);
    expect((await readdir(folder)).length).toBe(2);
    const { problems, lastNumber, firstNumber } = await verify();
    expect({ problems, lastNumber }).toEqual({ problems: [], lastNumber: 30 });
    expect(firstNumber).toBeGreaterThan(1);
  });

  test('goes on after a line that a crash cut off', async () => {
    await fill(await open(), 3);
    const newest = (await readdir(folder)).sort().at(-1) ?? '';
    await appendFile(join(folder, newest), '{"number":4,"atMs":17');
    await fill(await open(), 2, 4);
    expect(await verify()).toMatchObject({ records: 5, problems: [] });
  });

  test('goes on after a file of which a crash left nothing', async () => {
    await fill(await open(), 3);
    await writeFile(join(folder, '0000000000000004.jsonl'), '');
    await fill(await open(), 1, 4);
    expect(await verify()).toMatchObject({ records: 4, problems: [] });
  });

  test('shows a changed record as changed, and goes on in a new file', async () => {
    await fill(await open(nodeFileSystem, 100_000), 3);
    const [name = ''] = await readdir(folder);
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text.replace('"index":3', '"index":9'));
    const log = await open();
    await log.append('letter-sent', {});
    expect((await readdir(folder)).length).toBe(2);
    const { records } = await log.read({ limit: 10 });
    expect(records.map(({ number, isIntact }) => [number, isIntact])).toEqual([
      [4, true],
      [3, false],
      [2, true],
      [1, true],
    ]);
    expect((await verify()).problems).toMatchObject([{ line: 3, code: 'changed' }]);
  });

  test('refuses a record that the disk does not take, and writes the next one over what was left of it', async () => {
    let isFull = false;
    const fs: FileSystem = {
      ...nodeFileSystem,
      async open(...args) {
        const handle = await nodeFileSystem.open(...args);
        if (isFull) {
          handle.sync = () =>
            Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'fsync' }));
        }
        return handle;
      },
    };
    const log = await open(fs, 100_000);
    await fill(log, 2);
    isFull = true;
    await expect(log.append('letter-sent', { index: 'lost' })).rejects.toMatchObject({ code: 'disk-full' });
    isFull = false;
    await fill(log, 1, 3);
    expect(await verify()).toMatchObject({ records: 3, problems: [] });
  });
});

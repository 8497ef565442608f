import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { crashingFileSystem } from './crashing-file-system.js';
import { networkError } from './desk-double.js';
import { bundle, desk, dir, outboxWith, realBundle, settled, WORDS } from './outbox-lab.js';

describe('a report in parts', () => {
  it('goes as a small part first, then the rest; first parts go before the rest of any other', async () => {
    desk.fault = () => networkError('ECONNREFUSED');
    const outbox = await outboxWith();
    const large = await realBundle({ errors: ['a'], domChains: 6 });
    const one = await outbox.put(large, WORDS);
    const two = await outbox.put(await realBundle({ errors: ['b'], domChains: 7 }), WORDS);
    await expect.poll(() => outbox.list().every(({ status }) => status === 'waiting')).toBe(true);
    desk.fault = () => undefined;
    const openable = new Set<string>();
    outbox.onChange(() => {
      for (const { report, isOpenable } of outbox.list()) if (isOpenable === true) openable.add(report);
    });
    await Promise.all([one, two].map(({ report }) => outbox.retry(report)));
    await expect.poll(() => outbox.list().every(({ status }) => status === 'delivered')).toBe(true);
    // In the order in which they were complete.
    const parts = [...desk.uploads.values()].map(({ request }) => `${request.report.id}/${request.part.number}`);
    expect(parts).toEqual([`${one.report}/0`, `${two.report}/0`, `${one.report}/1`, `${two.report}/1`]);
    expect(openable).toEqual(new Set([one.report, two.report]));
    const { bytes, sentBytes } = outbox.list()[1] ?? { bytes: 0, sentBytes: 0 };
    expect({ bytes, sentBytes }).toEqual({ bytes: large.bytes, sentBytes: large.bytes });
    // What is saved to a file is the whole, as it was shown; nothing else is left here.
    const read = await outbox.read(one.report, 0, bytes);
    expect(createHash('sha256').update(read).digest('hex')).toBe(large.sha256);
    expect((await readdir(join(dir, 'outbox'))).sort()).toEqual(
      [one, two].flatMap(({ report }) => [`${report}.0.fluxrec`, `${report}.json`]).sort(),
    );
  });

  it('goes on with the parts that it was split into, whenever the host dies', async () => {
    let host = await outboxWith();
    let seen = 0;
    desk.fault = (path) => (path === '/api/upload' && (seen += 1) % 4 === 0 ? networkError('ECONNRESET') : undefined);
    const { report } = await host.put(await realBundle({ errors: ['a'], domChains: 8 }), WORDS);
    const hashes = new Set<string>();
    for (let start = 0; start < 20 && host.list()[0]?.status !== 'delivered'; start += 1) {
      await expect.poll(() => ['waiting', 'delivered'].includes(host.list()[0]?.status ?? '')).toBe(true);
      for (const { request } of desk.uploads.values()) hashes.add(request.part.sha256);
      await host.close();
      host = await outboxWith();
    }
    await settled(host, 'delivered');
    // Never another file under the same number.
    expect(hashes.size).toBe(2);
    expect(desk.complete).toBe(2);
    expect(await readdir(join(dir, 'outbox'))).toHaveLength(2);
    await host.remove(report);
    expect(await readdir(join(dir, 'outbox'))).toEqual([]);
  });

  it('goes in one where there is no room for parts', async () => {
    const { fs } = crashingFileSystem();
    const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
    const open = fs.open;
    const fullFs = {
      ...fs,
      open: ((path: string, ...more: never[]) =>
        /part-1/.test(path) ? Promise.reject(full) : open(path, ...more)) as typeof open,
    };
    const outbox = await outboxWith({ fs: fullFs });
    const one = await realBundle({ errors: ['a'], domChains: 6 });
    await outbox.put(one, WORDS);
    await settled(outbox, 'delivered');
    expect([...desk.uploads.values()].map(({ request }) => request.part)).toEqual([
      { number: 0, bytes: one.bytes, sha256: one.sha256 },
    ]);
    expect(await readdir(join(dir, 'outbox'))).toHaveLength(2);
  });

  it('of an earlier version, which sent all in one part, goes on as that part', async () => {
    const one = await realBundle({ errors: ['a'], domChains: 6 });
    const id = '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10';
    await mkdir(join(dir, 'outbox'));
    await writeFile(join(dir, 'outbox', `${id}.0.fluxrec`), await readFile(one.path));
    const record = {
      version: 1,
      head: { id, receiptCode: 'K7QF2-9DM4X-7', createdMs: 1, ...WORDS },
      part: { number: 0, bytes: one.bytes, sha256: one.sha256 },
      destination: 'https://desk.example',
      status: 'pending',
    };
    await writeFile(join(dir, 'outbox', `${id}.json`), JSON.stringify(record));
    const outbox = await outboxWith();
    expect(await settled(outbox, 'delivered')).toMatchObject({ report: id, bytes: one.bytes, sentBytes: one.bytes });
    expect([...desk.uploads.values()].map(({ request }) => request.part)).toEqual([record.part]);
    await outbox.close();
    expect((await outboxWith()).list()[0]).toMatchObject({ status: 'delivered', receiptCode: 'K7QF2-9DM4X-7' });
  });
});

describe('a later part of a report', () => {
  it('follows the parts that were sent, and makes the report one that is being sent again', async () => {
    const outbox = await outboxWith();
    const { report } = await outbox.put(await bundle(1000), WORDS);
    await settled(outbox, 'delivered');
    const later = await bundle(2000);
    expect(await outbox.addPart(report, later)).toEqual({ number: 1, bytes: 2000 });
    expect(outbox.list()[0]?.status).not.toBe('delivered');
    await settled(outbox, 'delivered');
    // The desk has it: it is told first, and then let go.
    await vi.waitFor(async () => {
      expect(await readdir(join(dir, 'outbox'))).not.toContain(`${report}.part-1.fluxrec`);
    });
  });

  it('is sent after a restart of the host, and numbers are given once', async () => {
    const offline = await outboxWith({ fetch: () => Promise.reject(networkError('ENETUNREACH')) });
    const { report } = await offline.put(await bundle(1000), WORDS);
    const numbers = await Promise.all([
      offline.addPart(report, await bundle(1001)),
      offline.addPart(report, await bundle(1002)),
    ]);
    expect(numbers.map(({ number }) => number)).toEqual([1, 2]);
    await offline.close();
    const outbox = await outboxWith();
    await settled(outbox, 'delivered');
  });

  it('is not taken for a report that is not there, or was never sent', async () => {
    const outbox = await outboxWith({ desk: undefined });
    const { report } = await outbox.put(await bundle(1000), WORDS);
    expect(outbox.sentHead(report)).toBeUndefined();
    await expect(outbox.addPart(report, await bundle(10))).rejects.toMatchObject({ code: 'no-such-delivery' });
    await expect(outbox.addPart(crypto.randomUUID(), await bundle(10))).rejects.toMatchObject({
      code: 'no-such-delivery',
    });
  });
});

import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/main/services/host-clock.js';
import type { Delivery } from '../../../../src/shared/protocol/host.js';
import { Crash, crashingFileSystem } from './crashing-file-system.js';
import { networkError, problem } from './desk-double.js';
import { bundle, BYTES, desk, dir, outboxWith, settled, WORDS } from './outbox-lab.js';

describe('a report in the outbox', () => {
  it('is durable step by step before anybody is told', async () => {
    const { fs, steps } = crashingFileSystem();
    const outbox = await outboxWith({ fs, desk: undefined });
    steps.length = 0;
    const { report } = await outbox.put(await bundle(), WORDS);
    const own = steps.filter((step) => !step.startsWith('open'));
    expect(own.map((step) => step.replaceAll(report, 'ID').replace(/[0-9a-f]{8}\.fluxrec/, 'DRAFT'))).toEqual([
      'sync DRAFT',
      'rename DRAFT ID.0.fluxrec',
      'sync outbox',
      'sync drafts',
      'writeFile ID.json.part',
      'sync ID.json.part',
      'rename ID.json.part ID.json',
      'sync outbox',
    ]);
  });

  it('is whole or not there, whichever step is the last before a crash', async () => {
    const { fs, steps } = crashingFileSystem();
    const rehearsal = await outboxWith({ fs, desk: undefined });
    const openSteps = steps.length;
    await rehearsal.put(await bundle(1000), WORDS);
    const last = steps.length;
    expect(last - openSteps).toBeGreaterThan(8);
    for (let step = openSteps; step <= last; step += 1) {
      await rm(join(dir, 'outbox'), { recursive: true, force: true });
      const crashing = await outboxWith({ fs: crashingFileSystem(step).fs, desk: undefined });
      const one = await bundle(1000);
      const told = await crashing.put(one, WORDS).catch((error: unknown) => error);
      if (step < last) expect(told).toBeInstanceOf(Crash);

      const restarted = await outboxWith({ desk: undefined });
      const deliveries = restarted.list();
      if (!(told instanceof Crash)) expect(deliveries.map(({ report }) => report)).toEqual([(told as Delivery).report]);
      for (const { report, bytes } of deliveries) {
        const read = await restarted.read(report, 0, bytes);
        expect(createHash('sha256').update(read).digest('hex')).toBe(one.sha256);
      }
      // No bundle is left that no record speaks of.
      expect((await readdir(join(dir, 'outbox'))).length).toBe(deliveries.length * 2);
    }
  });

  it('is delivered in chunks, once, and said to be', async () => {
    const outbox = await outboxWith();
    const one = await bundle();
    const sent: number[] = [];
    outbox.onChange(() => sent.push(outbox.list()[0]?.sentBytes ?? 0));
    const put = await outbox.put(one, WORDS);
    expect(put.receiptCode).toMatch(/^[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]$/);
    const delivery = await settled(outbox, 'delivered');
    expect(delivery).toMatchObject({ report: put.report, sentBytes: BYTES, bytes: BYTES });
    expect(desk.requests).toEqual([
      '/api/tickets',
      '/api/upload 0',
      '/api/upload 262144',
      '/api/upload 786432',
      '/api/upload/complete',
    ]);
    expect(desk.uploads.get(`${put.report}/0`)?.request.report).toMatchObject({
      receiptCode: put.receiptCode,
      ...WORDS,
    });
    expect([...sent].sort((a, b) => a - b)).toEqual(sent);
  });

  it('goes on where the desk is after every kind of cut, and arrives exactly once', async () => {
    const faults = [
      () => networkError('ECONNRESET'),
      () => problem(503, 'stopping'),
      () => problem(429, 'too-many-requests', { 'Retry-After': '30' }),
      () => new Response('<h1>proxy</h1>', { status: 502 }),
      () => networkError('ENETUNREACH'),
      () => problem(507, 'disk-full'),
      () => new Response('not json'),
    ];
    let at = 0;
    desk.fault = () => {
      at += 1;
      return at % 3 === 0 ? faults[(at / 3) % faults.length]?.() : undefined;
    };
    const outbox = await outboxWith();
    const { report } = await outbox.put(await bundle(4_000_000), WORDS);
    const seen = new Set<string>();
    await expect
      .poll(
        async () => {
          const delivery = outbox.list()[0];
          if (delivery?.status === 'waiting') {
            seen.add(delivery.error?.code ?? '');
            await outbox.retry(report);
          }
          return delivery?.status;
        },
        { timeout: 10_000, interval: 1 },
      )
      .toBe('delivered');
    expect(seen.size).toBeGreaterThan(4);
    expect(desk.complete).toBe(1);
    const offsets = desk.requests
      .filter((request) => request.startsWith('/api/upload '))
      .map((request) => Number(request.slice(12)));
    // What arrived is not sent again: offsets never go back.
    expect([...offsets].sort((a, b) => a - b)).toEqual(offsets);
  });

  it('waits longer after each failure, with a sentence, and no longer than five minutes', async () => {
    desk.fault = () => problem(503, 'stopping');
    const clock = systemClock();
    const outbox = await outboxWith({ clock });
    const { report } = await outbox.put(await bundle(), WORDS);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const { retryMs, error } = await settled(outbox, 'waiting');
      expect(error).toEqual({ code: 'stopping', message: 'The desk says stopping.' });
      waits.push(Math.round(((retryMs ?? 0) - clock.wallMs()) / 1000));
      const before = desk.requests.length;
      await outbox.retry(report);
      await expect.poll(() => desk.requests.length).toBe(before + 1);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it('is sent when the network comes back, not at the end of a wait', async () => {
    let networkChanged = (): void => undefined;
    desk.fault = () => networkError('ENOTFOUND');
    const outbox = await outboxWith({
      watchNetwork: (onChange) => {
        networkChanged = onChange;
        return () => undefined;
      },
    });
    await outbox.put(await bundle(), WORDS);
    expect((await settled(outbox, 'waiting')).error?.code).toBe('offline');
    desk.fault = () => undefined;
    networkChanged();
    await settled(outbox, 'delivered');
  });

  it('survives a restart of the host in the middle of a part', async () => {
    const first = await outboxWith();
    let cut = 0;
    desk.fault = (path) => (path === '/api/upload' && (cut += 1) === 3 ? networkError('ECONNRESET') : undefined);
    const { report } = await first.put(await bundle(), WORDS);
    await settled(first, 'waiting');
    await first.close();
    desk.requests.length = 0;
    const second = await outboxWith();
    await settled(second, 'delivered');
    expect(second.list().map((one) => one.report)).toEqual([report]);
    expect(desk.requests).toEqual(['/api/tickets', '/api/upload 786432', '/api/upload/complete']);
  });

  it('believes the desk, not itself, about how far it is', async () => {
    let uploads = 0;
    desk.fault = (path) => {
      if (path !== '/api/upload' || (uploads += 1) !== 2) return undefined;
      for (const upload of desk.uploads.values()) upload.bytes = upload.bytes.slice(0, 100_000); // Restored from yesterday.
      return undefined;
    };
    const outbox = await outboxWith();
    await outbox.put(await bundle(), WORDS);
    await settled(outbox, 'delivered');
    expect(desk.requests.slice(0, 4)).toEqual([
      '/api/tickets',
      '/api/upload 0',
      '/api/upload 262144',
      '/api/upload 100000',
    ]);
  });

  it('asks for a new ticket when the desk has forgotten the old one', async () => {
    let uploads = 0;
    desk.fault = (path) => {
      if (path === '/api/upload' && (uploads += 1) === 2) desk.forgetTickets();
      return undefined;
    };
    const outbox = await outboxWith();
    await outbox.put(await bundle(), WORDS);
    await settled(outbox, 'delivered');
    expect(desk.requests.filter((request) => request === '/api/tickets').length).toBe(2);
  });

  it('is refused with the desk’s own sentence when trying again will not help, and can be retried by hand', async () => {
    desk.fault = () => problem(413, 'too-large');
    const outbox = await outboxWith();
    const { report } = await outbox.put(await bundle(), WORDS);
    expect((await settled(outbox, 'refused')).error).toEqual({
      code: 'too-large',
      message: 'The desk says too-large.',
    });
    await outbox.close();
    const later = await outboxWith();
    expect(later.list()[0]).toMatchObject({ status: 'refused', error: { code: 'too-large' } });
    desk.fault = () => undefined;
    await later.retry(report);
    expect((await settled(later, 'delivered')).error).toBeUndefined();
  });

  it('shows that the desk could not read it', async () => {
    desk.fault = (path) =>
      path === '/api/upload/complete'
        ? Response.json({ status: 'quarantined', code: 'zip-bomb', message: 'No.' })
        : undefined;
    const outbox = await outboxWith();
    await outbox.put(await bundle(), WORDS);
    expect((await settled(outbox, 'quarantined')).error).toEqual({ code: 'zip-bomb', message: 'No.' });
  });

  it('is sent again from its start when it was damaged on the way, and given up when it is damaged here', async () => {
    const outbox = await outboxWith();
    let flips = 0;
    desk.fault = (path, init) => {
      const body = init.body as Uint8Array;
      if (path === '/api/upload' && (flips += 1) === 1) body[5] = (body[5] ?? 0) ^ 1;
      return undefined;
    };
    await outbox.put(await bundle(), WORDS);
    await settled(outbox, 'delivered');

    desk.fault = () => networkError('ECONNREFUSED');
    const { report } = await outbox.put(await bundle(), WORDS);
    await settled(outbox, 'waiting');
    const path = join(dir, 'outbox', `${report}.0.fluxrec`);
    const bytes = await readFile(path);
    bytes[9] = (bytes[9] ?? 0) ^ 1;
    await writeFile(path, bytes);
    desk.fault = () => undefined;
    await outbox.retry(report);
    expect((await settled(outbox, 'refused')).error?.code).toBe('bundle-lost');
  });

  it('is not sent to another desk than the customer agreed to, until they say so', async () => {
    desk.fault = () => networkError('ECONNREFUSED');
    const before = await outboxWith();
    const { report } = await before.put(await bundle(), WORDS);
    await settled(before, 'waiting');
    await before.close();
    desk.fault = () => undefined;
    desk.requests.length = 0;
    const moved = await outboxWith({ desk: { url: 'https://other.example' } });
    expect(moved.list()[0]).toMatchObject({ status: 'refused', error: { code: 'destination-changed' } });
    expect(desk.requests).toEqual([]);
    await moved.retry(report);
    await settled(moved, 'delivered');
  });

  it('stays here when there is no desk, and goes nowhere when one appears', async () => {
    const without = await outboxWith({ desk: undefined });
    const { report, status } = await without.put(await bundle(), WORDS);
    expect(status).toBe('stored');
    await without.retry(report);
    await without.close();
    const withDesk = await outboxWith();
    expect(withDesk.list()[0]?.status).toBe('stored');
    expect(desk.requests).toEqual([]);
    expect((await withDesk.read(report, 10, 20)).length).toBe(20);
    await withDesk.retry(report);
    await settled(withDesk, 'delivered');
  });

  it('can be taken out while it is being sent, and nothing of it is left', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const outbox = await outboxWith({
      fetch: async (url, init) => {
        await Promise.race([held, new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', reject))]);
        return await desk.fetch(url, init);
      },
    });
    const { report } = await outbox.put(await bundle(), WORDS);
    await settled(outbox, 'sending');
    await outbox.remove(report);
    release();
    expect(outbox.list()).toEqual([]);
    expect(await readdir(join(dir, 'outbox'))).toEqual([]);
    await expect(outbox.retry(report)).rejects.toMatchObject({ code: 'no-such-delivery' });
  });

  it('is kept for a while after it was delivered, then its file goes and its receipt stays', async () => {
    const outbox = await outboxWith();
    for (let sent = 0; sent < 12; sent += 1) {
      await outbox.put(await bundle(1000), WORDS);
      await settled(outbox, 'delivered');
    }
    const deliveries = outbox.list();
    await expect
      .poll(async () => (await readdir(join(dir, 'outbox'))).filter((name) => name.endsWith('.fluxrec')).length)
      .toBe(10);
    await expect(outbox.read(deliveries.at(-1)?.report ?? '', 0, 1)).rejects.toMatchObject({ code: 'delivery-gone' });
    expect(deliveries.length).toBe(12);
  });

  it('is not taken where it would travel readable', async () => {
    for (const url of ['http://desk.example', 'ftp://x', 'not a url', 'http://127.0.0.1.evil.example']) {
      await expect(outboxWith({ desk: { url } }), url).rejects.toMatchObject({ code: 'desk-url' });
    }
    for (const url of [
      'http://127.0.0.1:4310',
      'http://localhost:4310',
      'http://[::1]:4310',
      'https://desk.example/x',
    ]) {
      await outboxWith({ desk: { url } });
    }
  });
});

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { chromium, type BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../lab/chromium.js';
import { RingWindow, startRingSite, type HandedRow, type RingSite } from './ring-site.js';

const executablePath = findChromium();
let site: RingSite;

beforeAll(async () => {
  site = await startRingSite();
}, 60_000);

afterAll(() => {
  site.close();
});

async function withProfile(
  work: (launch: () => Promise<BrowserContext>, profile: string) => Promise<void>,
): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'ring-profile-'));
  let context: BrowserContext | undefined;
  try {
    await work(async () => {
      context = await chromium.launchPersistentContext(profile, {
        executablePath: executablePath ?? '',
        headless: true,
        args: CHROMIUM_ARGS,
      });
      return context;
    }, profile);
  } finally {
    await context?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function messages(rows: readonly HandedRow[]): string[] {
  return rows
    .filter(({ segment }) => segment.lane === 'log')
    .flatMap(({ stored }) => inflateRawSync(stored).toString().trimEnd().split('\n'))
    .map((line) => (JSON.parse(line) as { message: string }).message);
}

describe.skipIf(executablePath === undefined)('the ring in a profile', () => {
  it('survives the browser being killed: another window hands over what was appended', async () => {
    await withProfile(async (launch, profile) => {
      const before = await RingWindow.open(await launch(), site, 'before');
      await before.record('dom', 'the page');
      for (let index = 0; index < 5; index++) await before.record('log', `line ${index}`);
      // Chromium's lock of the profile is a link to host-pid.
      process.kill(Number(readlinkSync(join(profile, 'SingletonLock')).split('-').at(-1)), 'SIGKILL');
      await before.page.waitForEvent('close');

      const after = await RingWindow.open(await launch(), site, 'after');
      await after.record('log', 'back');
      const rows = await after.handOver();
      expect(messages(rows).sort()).toEqual(['back', 'line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
      expect(
        rows
          .filter(({ segment }) => segment.source === 'before')
          .map(({ segment }) => segment.lane)
          .sort(),
      ).toEqual(['dom', 'log']);
    });
  }, 60_000);

  it('on a full disk drops the oldest, says so, counts what it loses, and goes on when there is room', async () => {
    await withProfile(async (launch) => {
      const context = await launch();
      const window = await RingWindow.open(context, site, 'full');
      const devtools = await context.newCDPSession(window.page);
      const origin = new URL(site.url).origin;
      // Set before the database is opened: Chromium remembers for a while how much room there was.
      await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_500_000 });
      const noise = (): string => randomBytes(45_000).toString('base64');
      for (let index = 0; index < 60; index++) await window.record('log', `${index} ${noise()}`);
      // The oldest made room once. After that it waits, rather than let a full disk eat the whole ring.
      // It says so; a write of the open segment and one of a sealed segment may each meet the full disk.
      expect(new Set(await window.failures())).toEqual(new Set(['ring-full']));
      const full = await window.totals();
      expect(full.dropped).toBeGreaterThan(0);
      expect(full.failure?.code).toBe('ring-full');
      const left = messages(await window.handOver()).map((message) => Number(message.split(' ')[0]));
      expect(left).not.toContain(0);
      expect(left.length).toBeGreaterThan(8);
      expect(left.length + full.dropped).toBeLessThan(60);

      await new Promise((resolve) => setTimeout(resolve, 16_000));
      for (let index = 60; index < 63; index++) await window.record('log', `${index} ${noise()}`);
      expect((await window.totals()).failure).toBeUndefined();
      const later = messages(await window.handOver()).map((message) => Number(message.split(' ')[0]));
      expect(later).toEqual(expect.arrayContaining([60, 61, 62]));
      expect(later).not.toContain(Math.min(...left));
    });
  }, 60_000);

  it('starts anew when the customer clears the storage under it', async () => {
    await withProfile(async (launch) => {
      const context = await launch();
      const window = await RingWindow.open(context, site, 'cleared');
      await window.record('dom', 'before');
      await window.record('log', 'before');
      await window.handOver();
      const devtools = await context.newCDPSession(window.page);
      const origin = new URL(site.url).origin;
      await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
      await window.record('log', 'after');
      await window.record('dom', 'after');
      const rows = await window.handOver();
      expect(messages(rows)).toEqual(['after']);
      const dom = rows.filter(({ segment }) => segment.lane === 'dom');
      expect(dom.map(({ segment }) => [segment.chain, segment.sequence, segment.checkout])).toEqual([
        // Chain 0 again, or 1 where the old one was known to be broken first.
        [expect.any(Number), 0, true],
      ]);
      expect(await window.failures()).toEqual([]);
      const { lanes } = await window.totals();
      expect(lanes.map(({ lane, events }) => [lane, events])).toEqual([
        ['dom', 3],
        ['log', 1],
      ]);
    });
  }, 60_000);
});

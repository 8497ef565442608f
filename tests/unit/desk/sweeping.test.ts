import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  LETTER_TTL_MS,
  QUARANTINE_SWEEP_INTERVAL_MS,
  QUARANTINE_TTL_MS,
  SWEEP_INTERVAL_MS,
} from '../../../src/desk/limits.js';
import { Mailboxes } from '../../../src/desk/mailbox/mailboxes.js';
import { startSweeping } from '../../../src/desk/sweeping.js';
import { FolderStore } from '../../../src/store/folder-store.js';

const START_MS = Date.UTC(2026, 10, 23);
const REPORT = '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10';

let folder: string;
let nowMs: number;
let sweeps: number;
let isBroken: boolean;
let errors: Readonly<Record<string, unknown>>[];
let stop: (() => void) | undefined;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  folder = await mkdtemp(join(tmpdir(), 'sweeping-'));
  nowMs = START_MS;
  sweeps = 0;
  isBroken = false;
  errors = [];
});
afterEach(async () => {
  stop?.();
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: Readonly<Record<string, unknown>>) => errors.push(fields),
  };
  const intake = {
    sweep: () => {
      sweeps += 1;
      return isBroken ? Promise.reject(new Error('a broken disk')) : Promise.resolve();
    },
  };
  const store = await FolderStore.open(folder);
  const mailboxes = new Mailboxes(store, () => nowMs);
  stop = await startSweeping({ intake, store, mailboxes, now: () => nowMs, log });
}

/** A file in the store whose last byte came at this time. */
async function put(key: string, atMs: number): Promise<string> {
  const path = join(folder, key);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'bytes');
  await utimes(path, new Date(atMs), new Date(atMs));
  return path;
}

it('quarantined bytes go after a month, at the start and daily; younger ones and parts that count stay', async () => {
  const old = await put(`quarantine/${REPORT}/0.fluxrec`, START_MS - QUARANTINE_TTL_MS - 1);
  const young = await put(`quarantine/${REPORT}/1.fluxrec`, START_MS - QUARANTINE_TTL_MS + 1000);
  const counts = await put(`reports/${REPORT}/parts/2.fluxrec`, 0);
  await start();
  expect([old, young, counts].map(existsSync)).toEqual([false, true, true]);

  nowMs += 1001;
  vi.advanceTimersByTime(QUARANTINE_SWEEP_INTERVAL_MS - 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(existsSync(young)).toBe(true);
  vi.advanceTimersByTime(1);
  await expect.poll(() => existsSync(young)).toBe(false);
  expect(existsSync(join(folder, 'quarantine'))).toBe(false);
  expect(existsSync(counts)).toBe(true);
});

it('letters that nobody fetched go when they have expired', async () => {
  const box = `mailboxes/${'0a'.repeat(32)}`;
  const name = (atMs: number): string => `${box}/${String(atMs).padStart(16, '0')}-${REPORT}.letter`;
  const old = await put(name(START_MS - LETTER_TTL_MS - 1), START_MS);
  const young = await put(name(START_MS - LETTER_TTL_MS + 1000), START_MS);
  await start();
  expect([old, young].map(existsSync)).toEqual([false, true]);
});

it('what cannot be removed keeps neither the desk from starting nor the next sweep from coming', async () => {
  isBroken = true;
  await start();
  expect({ sweeps, errors }).toEqual({ sweeps: 1, errors: [{ error: 'store-failed' }] });
  vi.advanceTimersByTime(2 * SWEEP_INTERVAL_MS);
  expect(sweeps).toBe(3);
  stop?.();
  vi.advanceTimersByTime(2 * SWEEP_INTERVAL_MS);
  expect(sweeps).toBe(3);
});

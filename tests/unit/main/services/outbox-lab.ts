import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Assembled } from '../../../../src/main/services/draft.js';
import { nodeFileSystem } from '../../../../src/main/services/durable-file.js';
import { systemClock } from '../../../../src/main/services/host-clock.js';
import { openIdentity } from '../../../../src/main/services/identity.js';
import { Outbox, type OutboxOptions } from '../../../../src/main/services/outbox.js';
import type { Delivery } from '../../../../src/shared/protocol/host.js';
import { makePart, type PartContent } from '../../../integration/desk/part.js';
import { DeskDouble } from './desk-double.js';

// An outbox in a folder of its own for each test, and a desk that it sends to.

export const BYTES = 900_000;
export const WORDS = { session: 's1', app: { name: 'App', version: '1' }, description: 'It broke.' };

export let dir: string;
export let desk: DeskDouble;
const keys = new Map<string, string>();
const identity = await openIdentity({
  get: (name) => Promise.resolve(keys.get(name)),
  put: (name, text) => Promise.resolve(void keys.set(name, text)),
});
const open: Outbox[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-outbox-'));
  await mkdir(join(dir, 'drafts'));
  desk = new DeskDouble();
});
afterEach(async () => {
  for (const outbox of open.splice(0)) await outbox.close();
  await rm(dir, { recursive: true, force: true });
});

export async function outboxWith(options: Partial<OutboxOptions> = {}): Promise<Outbox> {
  const outbox = await Outbox.open({
    folder: join(dir, 'outbox'),
    fs: nodeFileSystem,
    clock: systemClock(),
    desk: { url: 'https://desk.example' },
    fetch: desk.fetch,
    identity,
    watchNetwork: () => () => undefined,
    random: () => 0.5,
    ...options,
  });
  open.push(outbox);
  return outbox;
}

export async function bundle(size = BYTES): Promise<Assembled> {
  const bytes = randomBytes(size);
  const path = join(dir, 'drafts', `${randomBytes(4).toString('hex')}.fluxrec`);
  await writeFile(path, bytes);
  return { path, bytes: size, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** One that can be split. */
export async function realBundle(content: PartContent): Promise<Assembled> {
  const bytes = await makePart(content);
  const path = join(dir, 'drafts', `${randomBytes(4).toString('hex')}.fluxrec`);
  await writeFile(path, bytes);
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export async function settled(outbox: Outbox, status: Delivery['status']): Promise<Delivery> {
  await expect.poll(() => outbox.list()[0]?.status, { timeout: 5000, interval: 5 }).toBe(status);
  return outbox.list()[0] as Delivery;
}

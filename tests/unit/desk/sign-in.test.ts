import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CODE_TTL_MS, MAX_CODES, MAX_SESSIONS, SESSION_TTL_MS } from '../../../src/desk/limits.js';
import { Codes } from '../../../src/desk/technicians/codes.js';
import { Sessions } from '../../../src/desk/technicians/sessions.js';

let nowMs = 0;
const now = (): number => nowMs;
let folder: string;
beforeEach(async () => {
  nowMs = 1_000_000;
  folder = await mkdtemp(join(tmpdir(), 'sign-in-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a code', () => {
  it('works once, and not for long', () => {
    const codes = new Codes(now);
    const [first, second] = [codes.mint(), codes.mint()];
    nowMs += CODE_TTL_MS - 1;
    expect(codes.redeem(first)).toBe(true);
    expect(codes.redeem(first)).toBe(false);
    nowMs += 1;
    expect(codes.redeem(second)).toBe(false);
  });

  it('pushes out the oldest where there are too many', () => {
    const codes = new Codes(now);
    const minted = Array.from({ length: MAX_CODES + 1 }, () => codes.mint());
    expect(codes.redeem(minted[0] ?? '')).toBe(false);
    expect(codes.redeem(minted.at(-1) ?? '')).toBe(true);
  });
});

describe('a session', () => {
  const open = (): Promise<Sessions> => Sessions.open(join(folder, 'sessions.json'), 'the-token', now);

  it('ends by time, also for who kept the cookie over a restart', async () => {
    const { cookie } = await (await open()).start('Ada');
    nowMs += SESSION_TTL_MS - 1;
    expect((await open()).find(cookie)).toMatchObject({ name: 'Ada' });
    nowMs += 1;
    expect((await open()).find(cookie)).toBeUndefined();
  });

  it('is one of so many: the oldest goes', async () => {
    const sessions = await open();
    const { cookie: oldest } = await sessions.start('first');
    const path = join(folder, 'sessions.json');
    // Filled by hand: a thousand durable writes take their time.
    const file = JSON.parse(await readFile(path, 'utf8')) as { sessions: { hash: string }[] };
    const more = Array.from({ length: MAX_SESSIONS - 1 }, (_, n) => ({
      hash: n.toString(16).padStart(64, '0'),
      name: 'x',
      expiresMs: nowMs + 1000,
    }));
    await writeFile(path, JSON.stringify({ ...file, sessions: [...file.sessions, ...more] }));
    const full = await open();
    expect(full.find(oldest)).toBeDefined();
    const { cookie: newest } = await full.start('last');
    expect(full.find(oldest)).toBeUndefined();
    expect(full.find(newest)).toBeDefined();
  });

  it.each(['', '{', '[]', '{"token":"x","sessions":[]}'])(
    'file of %j signs everybody out and is written anew',
    async (content) => {
      await writeFile(join(folder, 'sessions.json'), content);
      const sessions = await open();
      expect(sessions.find('anything')).toBeUndefined();
      const { cookie } = await sessions.start('Ada');
      expect((await open()).find(cookie)).toBeDefined();
    },
  );
});

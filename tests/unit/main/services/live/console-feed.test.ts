import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../../../src/main/services/durable-file.js';
import { HostLanes } from '../../../../../src/main/services/host-lanes.js';
import { HostRing } from '../../../../../src/main/services/host-ring.js';
import { ConsoleFeed } from '../../../../../src/main/services/live/console-feed.js';
import { Session } from '../../../../../src/main/services/session.js';
import { APPEND_INTERVAL_MS } from '../../../../../src/shared/constants.js';
import { CONSOLE_PAST_MS, type ConsoleLine } from '../../../../../src/shared/protocol/live-console.js';
import type { LiveHostNews } from '../../../../../src/shared/protocol/live-host.js';
import { ClockDouble } from '../clock-double.js';

const LIMITS = { maxAgeMs: 3_600_000, maxBytes: 10_000_000 };
const READER = { session: 'the-session', page: 'w1-1' };
let dir: string;
let clock: ClockDouble;
let session: Session;
let lanes: HostLanes;
let feed: ConsoleFeed;
let told: { source: string; session: string; news: LiveHostNews }[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'console-feed-'));
  clock = new ClockDouble();
  await start();
});
afterEach(async () => {
  feed.close();
  lanes.close();
  await session.close();
  await rm(dir, { recursive: true, force: true });
});

/** A run of the host process. */
async function start(): Promise<void> {
  told = [];
  session = await Session.open({ folder: dir, fs: nodeFileSystem, clock, maxAgeMs: LIMITS.maxAgeMs });
  const ring = new HostRing({ folder: join(dir, 'ring'), clock, session, limits: LIMITS });
  lanes = new HostLanes({ clock, ring, paused: false });
  feed = new ConsoleFeed({
    clock,
    lanes,
    session,
    windows: () => ['w1-1', 'w2-1'],
    tell: (source, of, news) => told.push({ source, session: of, news }),
  });
}

function say(message: string): void {
  lanes.record({ type: 'log', t: lanes.nowMonoMs(), level: 'info', logger: 'console', message });
}

function tick(ms = APPEND_INTERVAL_MS): void {
  clock.pass(ms);
  lanes.tick();
}

function linesTo(page: string): ConsoleLine[] {
  return told.flatMap(({ source, news }) =>
    source === page && news.kind === 'console' && news.message.kind === 'lines' ? news.message.lines : [],
  );
}

function messages(page = 'w1-1'): string[] {
  return linesTo(page).map(({ event }) => ('message' in event ? event.message : ''));
}

function borrowed(message: string, source = 'w2-1'): ConsoleLine {
  return { source, at: 5, event: { type: 'log', t: 5, level: 'info', logger: 'console', message } };
}

describe('the host process’s own lines', () => {
  it('come to the page that reads them as they are written, with session times, and to no other', () => {
    feed.set(READER);
    clock.pass(1000);
    say('Sync began');
    tick();
    expect(linesTo('w1-1')).toMatchObject([{ source: session.hostSource, at: 1000, event: { message: 'Sync began' } }]);
    expect(linesTo('w2-1')).toEqual([]);
    feed.set(undefined);
    say('Sync ended');
    tick();
    expect(messages()).toEqual(['Sync began']);
  });

  it('begin with the last minutes, once, also those of a run before this one', async () => {
    say('Long ago');
    tick(CONSOLE_PAST_MS);
    say('Before the restart');
    tick();
    feed.close();
    lanes.close();
    await session.close();
    clock.pass(1000);
    await start();
    say('After it');
    feed.set(READER);
    feed.set({ ...READER });
    expect(messages()).toEqual(['Before the restart', 'After it']);
    expect(new Set(linesTo('w1-1').map(({ source }) => source)).size).toBe(2);
    const times = linesTo('w1-1').map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    tick();
    expect(messages()).toHaveLength(2);
  });

  it('hold nothing that a masked field holds, also where it was typed a moment later', () => {
    say('The password is glass-otter-41');
    tick();
    lanes.mask([{ value: 'glass-otter-41', kind: 'text' }]);
    feed.set(READER);
    say('Again: glass-otter-41');
    tick();
    expect(messages()).toHaveLength(2);
    expect(JSON.stringify(told)).not.toContain('glass-otter-41');
  });

  it('are the log, network and errors alone, and not without end', () => {
    for (let count = 0; count < 3000; count += 1) say(`Line ${count}`);
    feed.set(READER);
    expect(messages()).toHaveLength(2000);
    expect(messages().at(-1)).toBe('Line 2999');
    for (const { news } of told) {
      if (news.kind === 'console' && news.message.kind === 'lines')
        expect(news.message.lines.length).toBeLessThanOrEqual(200);
    }
  });

  it('that are too long are cut, and say so', () => {
    feed.set(READER);
    say('x'.repeat(20_000));
    tick();
    expect(linesTo('w1-1')).toMatchObject([{ isCut: true, event: { message: 'x'.repeat(2000) } }]);
  });
});

describe('the app’s other windows', () => {
  it('are asked for their lines while somebody reads, and told when nobody does', () => {
    feed.set(READER);
    feed.join('w2-2');
    feed.set(undefined);
    feed.join('w2-3');
    const asked = told.map(({ source, news }) => [source, news.kind === 'lend-console' && news.isWanted]);
    expect(asked).toEqual([
      ['w2-1', true],
      ['w2-2', true],
      ['w2-1', false],
    ]);
  });

  it('lend lines of their own, whatever they say, without what the host knows to be masked', () => {
    lanes.mask([{ value: 'glass-otter-41', kind: 'text' }]);
    feed.set(READER);
    const lines = [borrowed('Saved'), borrowed('It is glass-otter-41', 'w1-1')];
    feed.lend('w2-1', 'the-session', { kind: 'lines', lines });
    expect(linesTo('w1-1').map(({ source }) => source)).toEqual(['w2-1', 'w2-1']);
    expect(messages()[0]).toBe('Saved');
    expect(JSON.stringify(told)).not.toContain('glass-otter-41');
  });

  it('are not heard when nobody has asked, for another session, or when they are the reader', () => {
    const message = { kind: 'lines', lines: [borrowed('Saved')] } as const;
    const lend = (window: string, of: string) => () => {
      feed.lend(window, of, { ...message, lines: [...message.lines] });
    };
    expect(lend('w2-1', 'the-session')).toThrow('not open');
    feed.set(READER);
    expect(lend('w2-1', 'another')).toThrow('not open');
    expect(lend('w1-1', 'the-session')).toThrow('not open');
    expect(linesTo('w1-1')).toEqual([]);
  });

  it('that flood are counted, not carried', () => {
    feed.set(READER);
    const lines = Array.from({ length: 200 }, () => borrowed('x'.repeat(15_000)));
    feed.lend('w2-1', 'the-session', { kind: 'lines', lines });
    expect(told.at(-1)?.news).toEqual({ kind: 'console', message: { kind: 'dropped', lines: 200 } });
    feed.lend('w2-1', 'the-session', { kind: 'lines', lines: [borrowed('Saved')] });
    expect(messages()).toEqual(['Saved']);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logsCommand } from '../../../../../../src/main/services/commands/built-in/logs.js';
import { nodeFileSystem } from '../../../../../../src/main/services/durable-file.js';
import { HostLanes } from '../../../../../../src/main/services/host-lanes.js';
import { HostRing } from '../../../../../../src/main/services/host-ring.js';
import { Session } from '../../../../../../src/main/services/session.js';
import type { LogEvent } from '../../../../../../src/shared/session/lane.js';
import { ClockDouble } from '../../clock-double.js';
import { codeOf, runWith } from '../running.js';

const MAX_AGE_MS = 600_000;
let dir: string;
let clock: ClockDouble;
let session: Session;
let lanes: HostLanes;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-logs-'));
  clock = new ClockDouble();
  session = await Session.open({ folder: dir, fs: nodeFileSystem, clock, maxAgeMs: MAX_AGE_MS });
  const limits = { maxAgeMs: MAX_AGE_MS, maxBytes: 10_000_000 };
  lanes = new HostLanes({
    clock,
    ring: new HostRing({ folder: join(dir, 'ring'), clock, session, limits }),
    paused: false,
  });
});
afterEach(async () => {
  lanes.close();
  await session.close();
  await rm(dir, { recursive: true, force: true });
});

function say(message: string, level: LogEvent['level'] = 'log'): void {
  lanes.record({ type: 'log', t: lanes.nowMonoMs(), level, logger: 'console', message });
  clock.pass(1000);
  lanes.tick();
}

describe('the log of the app’s own process', () => {
  it('is read by level, newest lines last, with the time at which each was said', async () => {
    const startMs = clock.wallMs();
    say('quiet', 'debug');
    say('hot', 'warn');
    say('broken', 'error');
    const { lines, end } = await runWith(logsCommand({ lanes, files: [] }), { level: 'warn' });
    expect(lines).toEqual([
      `${new Date(startMs + 1000).toISOString()} WARN  console: hot`,
      `${new Date(startMs + 2000).toISOString()} ERROR console: broken`,
    ]);
    expect(end.summary).toBe('2 lines');
  });

  it('is read by time and by number: the newest of those that fit', async () => {
    const startMs = clock.wallMs();
    for (let line = 0; line < 20; line += 1) say(`line ${line}`);
    const between = { since: startMs + 5000, until: startMs + 9000 };
    const all = await runWith(logsCommand({ lanes, files: [] }), between);
    expect(all.lines.map((line) => line.slice(line.indexOf('line')))).toEqual([
      'line 5',
      'line 6',
      'line 7',
      'line 8',
      'line 9',
    ]);
    const few = await runWith(logsCommand({ lanes, files: [] }), { ...between, limit: 2 });
    expect(few.lines.map((line) => line.slice(line.indexOf('line')))).toEqual(['line 8', 'line 9']);
  });

  it('is there with its arguments, its stack and how often it was said', async () => {
    lanes.record({
      type: 'log',
      t: lanes.nowMonoMs(),
      level: 'error',
      logger: 'sync',
      message: 'failed',
      args: [{ status: 500 }],
      stack: 'at sync (app.js:1)',
      count: 3,
    });
    const { lines } = await runWith(logsCommand({ lanes, files: [] }), {});
    expect(lines[0]).toContain('ERROR sync: failed {"status":500} (3 times)');
    expect(lines[1]).toBe('at sync (app.js:1)');
  });
});

describe('a log file of the app', () => {
  const TEXT = [
    'started without a time',
    '2026-11-23T08:00:00Z INFO listening',
    '2026-11-23T08:00:05Z ERROR sync failed',
    '    at sync (app.js:1)',
    '2026-11-23T08:00:09Z WARN slow',
  ].join('\n');

  async function read(given: Record<string, unknown>): Promise<string[]> {
    const path = join(dir, 'sync.log');
    await writeFile(path, TEXT);
    const command = logsCommand({ lanes, files: [{ name: 'sync.log', path }] });
    return (await runWith(command, { source: 'sync.log', ...given })).lines;
  }

  it('is read by level; a stack goes with the line before it', async () => {
    expect(await read({ level: 'error' })).toEqual([
      'started without a time',
      '2026-11-23T08:00:05Z ERROR sync failed',
      '    at sync (app.js:1)',
    ]);
  });

  it('is read by time; what has none is left out then', async () => {
    const since = Date.parse('2026-11-23T08:00:04Z');
    expect(await read({ since, until: since + 2000 })).toEqual([
      '2026-11-23T08:00:05Z ERROR sync failed',
      '    at sync (app.js:1)',
    ]);
    expect(await read({ limit: 1 })).toEqual(['2026-11-23T08:00:09Z WARN slow']);
  });

  it('of which only the end is looked at begins with a whole line', async () => {
    const path = join(dir, 'long.log');
    await writeFile(path, `${'a'.repeat(99)}\n`.repeat(100_000));
    const command = logsCommand({ lanes, files: [{ name: 'long', path }] });
    const { lines } = await runWith(command, { source: 'long', limit: 5000 });
    expect(lines).toHaveLength(5000);
    expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([99]));
  });

  it('that is not there is said without its path', async () => {
    const command = logsCommand({ lanes, files: [{ name: 'gone', path: join(dir, 'secret-place.log') }] });
    const error: unknown = await runWith(command, { source: 'gone' }).catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('log-unreadable');
    expect(String(error)).not.toContain('secret-place');
  });
});

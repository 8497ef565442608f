import { spawnSync } from 'node:child_process';
import { appendFile, chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureConsole } from '../../../../src/main/services/console-capture.js';
import { nodeFileSystem } from '../../../../src/main/services/durable-file.js';
import { HostLanes } from '../../../../src/main/services/host-lanes.js';
import { HostRing } from '../../../../src/main/services/host-ring.js';
import { isSoundRow } from '../../../../src/main/services/row-check.js';
import { Session } from '../../../../src/main/services/session.js';
import { APPEND_INTERVAL_MS, LINE_SEGMENT_BYTES, LINE_SEGMENT_MS } from '../../../../src/shared/constants.js';
import { decodeFrame } from '../../../../src/shared/protocol/frame.js';
import type { LaneEvent, LogEvent } from '../../../../src/shared/session/lane.js';
import { ClockDouble } from './clock-double.js';

const MAX_AGE_MS = 600_000;
/** With a backslash, as JSON writes it twice. */
const HOME = 'C:\\Users\\grace';
let dir: string;
let clock: ClockDouble;
let session: Session;
let lanes: HostLanes;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-lanes-'));
  clock = new ClockDouble();
  await start();
});
afterEach(async () => {
  lanes.close();
  await session.close();
  await rm(dir, { recursive: true, force: true });
});

async function start(maxBytes = 10_000_000): Promise<void> {
  session = await Session.open({ folder: dir, fs: nodeFileSystem, clock, maxAgeMs: MAX_AGE_MS });
  const ring = new HostRing({ folder: join(dir, 'ring'), clock, session, limits: { maxAgeMs: MAX_AGE_MS, maxBytes } });
  lanes = new HostLanes({ clock, ring, paused: session.paused, home: HOME });
}

/** The process is killed: nothing is closed. Another run begins. */
async function killed(maxBytes?: number): Promise<void> {
  await session.close();
  clock = new ClockDouble(clock.wallMs() + 1000);
  await start(maxBytes);
}

function say(message: string, level: LogEvent['level'] = 'log'): void {
  lanes.record({ type: 'log', t: lanes.nowMonoMs(), level, logger: 'console', message });
}

function tick(ms = APPEND_INTERVAL_MS): void {
  clock.pass(ms);
  lanes.tick();
}

async function eventsOf(lane: string): Promise<LaneEvent[]> {
  const events: LaneEvent[] = [];
  for (const segment of lanes.seal().filter((one) => one.lane === lane)) {
    const row = lanes.read(segment);
    if (row === undefined) throw new Error('damaged');
    expect(await isSoundRow(row.segment, row.stored)).toBe(true);
    const text = inflateRawSync(row.stored).toString('utf8');
    for (const line of text.trimEnd().split('\n')) events.push(JSON.parse(line) as LaneEvent);
  }
  return events;
}

async function messages(): Promise<string[]> {
  return (await eventsOf('log')).map((event) => (event.type === 'log' ? event.message : ''));
}

it('names nobody by the path of their own folder', async () => {
  say(`cannot read ${HOME}\\orders.db`, 'error');
  const events = await eventsOf('log');
  expect(events).toEqual([expect.objectContaining({ message: 'cannot read ~\\orders.db' })]);
});

describe('what people typed into masked fields', () => {
  const typed = { value: 'Gryphon77', kind: 'field' } as const;
  /** Every byte that lies in the ring's folder now, inflated where it is deflated. */
  async function onDisk(): Promise<string> {
    const texts: string[] = [];
    for (const file of await readdir(join(dir, 'ring'))) {
      const bytes = await readFile(join(dir, 'ring', file));
      texts.push(bytes.toString('latin1'));
      if (file.endsWith('.row')) texts.push(inflateRawSync(decodeFrame(new Uint8Array(bytes)).bytes).toString('utf8'));
    }
    return texts.join('\n');
  }

  it('is not in what the host says afterwards, whatever it is wrapped in', async () => {
    lanes.mask([typed]);
    say('saving order of Gryphon77');
    lanes.record({ type: 'log', t: 1, level: 'log', logger: 'app', message: 'sent', args: [{ by: ['gryphon77'] }] });
    lanes.record({ type: 'error', t: 2, kind: 'uncaught', name: 'Error', message: 'GET /find?q=Gryphon77 failed' });
    const events = JSON.stringify([...(await eventsOf('log')), ...(await eventsOf('error'))]);
    expect(events).not.toMatch(/gryphon77/i);
    expect(events).toContain('saving order of ***');
  });

  it('goes out of what was said a moment before, in memory and on disk', async () => {
    say('first Gryphon77');
    tick();
    expect(await onDisk()).toContain('Gryphon77');
    say('second Gryphon77');
    lanes.mask([typed]);
    expect(await onDisk()).not.toContain('Gryphon77');
    tick();
    expect(await messages()).toEqual(['first ***', 'second ***']);
  });

  it('goes out of what was sealed before, at the latest when it is handed over', async () => {
    say('long ago Gryphon77');
    say('and nothing else');
    tick(LINE_SEGMENT_MS + 1);
    tick();
    lanes.mask([typed]);
    expect(await messages()).toEqual(['long ago ***', 'and nothing else']);
    expect(await onDisk()).not.toContain('Gryphon77');
    lanes.mask([{ value: 'nothing else', kind: 'field' }]);
    expect(await messages()).toEqual(['long ago ***', 'and ***']);
  });

  it('costs a line that a kill has cut short where it may hold it', async () => {
    say('whole');
    tick();
    const open = (await readdir(join(dir, 'ring'))).find((file) => /log.*open$/.test(file));
    await appendFile(join(dir, 'ring', open as string), '{"type":"log","t":1,"message":"Gryphon77');
    lanes.mask([typed]);
    expect(await onDisk()).not.toContain('Gryphon77');
    expect(await messages()).toEqual(['whole']);
  });
});

describe('the host’s own lanes', () => {
  it('append every half second, and at once after an error', async () => {
    say('waits');
    const file = async (): Promise<string> =>
      await readFile(join(dir, 'ring/host-1.log.0.open'), 'utf8').catch(() => '');
    expect(await file()).toBe('');
    tick();
    expect(await file()).toContain('waits');
    say('cannot wait', 'error');
    expect(await file()).toContain('cannot wait');
  });

  it('keep those of the app like the others: over a kill, masked, at once where it says an error', async () => {
    const own = (text: string, level?: 'error'): void => {
      const t = lanes.nowMonoMs();
      lanes.record({ type: 'app-print-queue', t, text, ...(level === undefined ? {} : { level }) });
    };
    own('printed');
    own('out of paper', 'error');
    expect(await readFile(join(dir, 'ring/host-1.app-print-queue.0.open'), 'utf8')).toContain('out of paper');
    lanes.mask([{ value: 'zanzibar-quokka', kind: 'field' }]);
    await killed();
    lanes.mask([{ value: 'zanzibar-quokka', kind: 'field' }]);
    own('for zanzibar-quokka');
    const texts = (await eventsOf('app-print-queue')).map((event) => ('text' in event ? event.text : ''));
    expect(texts.slice(0, 2)).toEqual(['printed', 'out of paper']);
    expect(texts[2]).toMatch(/^for /);
    expect(texts[2]).not.toContain('quokka');
    expect(lanes.totals().map(({ lane }) => lane)).toContain('app-print-queue');
  });

  it('seal by size and by age', async () => {
    say('x'.repeat(LINE_SEGMENT_BYTES - 200));
    say('y'.repeat(300));
    tick();
    const rows = async (): Promise<string[]> =>
      (await readdir(join(dir, 'ring'))).filter((name) => name.includes('log') && name.endsWith('.row')).sort();
    expect(await rows()).toEqual(['host-1.log.0.row']);
    tick(LINE_SEGMENT_MS);
    expect(await rows()).toEqual(['host-1.log.0.row', 'host-1.log.1.row']);
    expect((await messages()).map((message) => message.length)).toEqual([LINE_SEGMENT_BYTES - 200, 300]);
  });

  it('lose nothing that was appended when the process is killed, and a half line costs itself', async () => {
    say('sealed');
    tick(LINE_SEGMENT_MS);
    tick(LINE_SEGMENT_MS);
    say('open');
    tick();
    say('in memory');
    await appendFile(join(dir, 'ring/host-1.log.1.open'), '{"type":"log","t":1,"lev');
    await killed();
    expect(await messages()).toEqual(['sealed', 'open']);
    expect(new Set(lanes.seal().map(({ source }) => source))).toEqual(new Set(['host-1', 'host-2']));
  });

  it('count what is said again and again as one line', async () => {
    for (let turn = 0; turn < 1000; turn += 1) say('again', 'error');
    say('other');
    for (let turn = 0; turn < 5; turn += 1) say('again', 'error');
    const events = (await eventsOf('log')) as LogEvent[];
    expect(events.map(({ message, count }) => [message, count ?? 1])).toEqual([
      ['again', 1],
      ['again', 999],
      ['other', 1],
      ['again', 1],
      ['again', 4],
    ]);
  });

  it('drop what is too old, and the oldest of what is too much', async () => {
    await killed(3000);
    for (let turn = 0; turn < 20; turn += 1) {
      say(`${turn} ${Array.from({ length: 400 }, () => Math.random()).join('')}`.slice(0, 1500));
      tick(LINE_SEGMENT_MS / 5);
      lanes.seal();
    }
    const kept = (await messages()).map((message) => Number(message.split(' ')[0]));
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(10);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect(kept.at(-1)).toBe(19);
    tick(MAX_AGE_MS + LINE_SEGMENT_MS);
    expect(await messages()).toEqual([]);
  });

  it('keep within their share when the process says more than anybody reads, and say how much was lost', async () => {
    for (let turn = 0; turn < 1000; turn += 1) say(`${turn} ${'z'.repeat(10_000)}`);
    tick();
    const kept = (await messages()).length;
    expect(kept).toBeLessThan(250);
    expect(lanes.dropped).toBe(1000 - kept);
    expect(await eventsOf('recorder')).toContainEqual(expect.objectContaining({ kind: 'dropped', count: 1000 - kept }));
    tick(10_000);
    say('heard again');
    expect((await messages()).at(-1)).toBe('heard again');
  });

  it('record nothing while paused', async () => {
    lanes.setPaused(true);
    say('secret');
    lanes.record({ type: 'error', t: 1, kind: 'uncaught', name: 'Error', message: 'secret' });
    lanes.setPaused(false);
    say('open again');
    expect(await messages()).toEqual(['open again']);
    expect(await eventsOf('error')).toEqual([]);
    expect((await eventsOf('recorder')).map((event) => (event.type === 'recorder' ? event.kind : ''))).toEqual([
      'started',
      'paused',
      'resumed',
    ]);
  });

  it('are nowhere on the disk after a wipe', async () => {
    say('sealed marker');
    tick(LINE_SEGMENT_MS);
    say('open marker', 'error');
    expect((await readdir(join(dir, 'ring'))).length).toBeGreaterThan(1);
    expect(lanes.wipe()).toBe(true);
    expect(await readdir(join(dir, 'ring'))).toEqual([]);
    say('after');
    expect(await messages()).toEqual(['after']);
  });

  it('do not trust what lies in their folder', async () => {
    tick();
    await writeFile(join(dir, 'ring/host-1.log.7.row'), 'not a row');
    await writeFile(join(dir, 'ring/host-9.log.0.open'), '{"type":"log"}\n');
    await writeFile(join(dir, 'ring/..evil.log.0.row'), 'x');
    await writeFile(join(dir, 'ring/host-1.log.8.row.part'), 'x');
    await killed();
    lanes.seal();
    const left = await readdir(join(dir, 'ring'));
    expect(
      left.every((name) => /^host-[12]\.recorder\.\d+\.row$/.test(name)),
      left.join(),
    ).toBe(true);
  });

  it('never break the app when the disk does not take anything', { skip: process.getuid?.() === 0 }, async () => {
    await chmod(join(dir, 'ring'), 0o500);
    say('lost', 'error');
    tick();
    expect(lanes.dropped).toBeGreaterThan(0);
    await chmod(join(dir, 'ring'), 0o700);
  });
});

function consoleDouble(printed: unknown[][]): Console {
  const print =
    (method: string) =>
    (...parts: unknown[]) =>
      void printed.push([method, ...parts]);
  const methods = ['debug', 'info', 'log', 'warn', 'error', 'trace'];
  return { ...console, ...Object.fromEntries(methods.map((method) => [method, print(method)])) };
}

describe('the console of the process', () => {
  it('is recorded with its levels and arguments, and does what it did', async () => {
    const printed: unknown[][] = [];
    const target = consoleDouble(printed);
    const original = Reflect.get(target, 'log') as unknown;
    const giveBack = captureConsole(lanes, target);
    const cyclic: Record<string, unknown> = { a: 1 };
    cyclic['self'] = cyclic;
    target.log('%s and %d', 'text', 5);
    target.warn('careful', cyclic);
    target.error(new TypeError('broken'));
    giveBack();
    target.log('not recorded');
    expect(Reflect.get(target, 'log')).toBe(original);
    expect(printed.map(([method]) => method)).toEqual(['log', 'warn', 'error', 'log']);
    expect(printed[1]?.[2]).toBe(cyclic);
    const events = (await eventsOf('log')) as LogEvent[];
    expect(events.map(({ level, message }) => [level, message])).toEqual([
      ['log', 'text and 5'],
      ['warn', expect.stringContaining('careful')],
      ['error', 'TypeError: broken'],
    ]);
    expect(JSON.stringify(events[1]?.args)).toContain('[circular]');
  });

  it('is not recorded in the middle of a line that it is printing, and a value that throws costs itself', async () => {
    const target = consoleDouble([]);
    const giveBack = captureConsole(lanes, target);
    const talkative = new Proxy({}, { ownKeys: () => (target.warn('from inside'), []) });
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    );
    target.log('outer', talkative, hostile);
    giveBack();
    expect((await messages()).filter((message) => message.includes('inside'))).toEqual([]);
    expect((await messages()).length).toBe(1);
  });
});

describe('the end of the process', () => {
  // In processes of their own: what is under test is how a process ends.
  const run = (script: string, ...flags: string[]): { status: number | null; stderr: string } => {
    const file = join(process.cwd(), 'tests/unit/main/services/dying-process.ts');
    const { status, stderr } = spawnSync(process.execPath, [...flags, 'scripts/run.mjs', file, dir, script], {
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const died = async (): Promise<unknown[]> => {
    await killed();
    return (await eventsOf('error')).map((event) => (event.type === 'error' ? [event.kind, event.message] : []));
  };

  it.each([
    ['throw', 1, ['uncaught', 'thrown']],
    ['reject', 1, ['unhandled-rejection', 'rejected']],
    ['reject-handled', 0, ['unhandled-rejection', 'rejected']],
  ])('by %s is recorded, and ends as it would have ended', { timeout: 20_000 }, async (script, status, event) => {
    await session.close();
    await rm(join(dir, 'session.json'));
    const ended = run(script);
    expect(ended.status, ended.stderr).toBe(status);
    expect(await died()).toEqual([event]);
  });

  it('by a rejection under --unhandled-rejections=none is no end, and recorded', { timeout: 20_000 }, async () => {
    await session.close();
    await rm(join(dir, 'session.json'));
    expect(run('reject', '--unhandled-rejections=none').status).toBe(0);
    expect(await died()).toEqual([['unhandled-rejection', 'rejected']]);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../../src/main/services/durable-file.js';
import { Session } from '../../../../src/main/services/session.js';
import { sourceSchema, toSessionMs } from '../../../../src/shared/session/clock.js';
import { ClockDouble } from './clock-double.js';

const MAX_AGE_MS = 600_000;
const HELLO = { originMs: 1_700_000_000_000, monoMs: 0, wallMs: 1_700_000_000_000, title: 'A window' };

let dir: string;
const open: Session[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-session-'));
});
afterEach(async () => {
  for (const session of open.splice(0)) await session.close();
  await rm(dir, { recursive: true, force: true });
});

async function sessionAt(clock: ClockDouble): Promise<Session> {
  const session = await Session.open({ folder: dir, fs: nodeFileSystem, clock, maxAgeMs: MAX_AGE_MS });
  open.push(session);
  return session;
}

/** The host process ends and another begins `awayMs` later, with a monotonic clock that starts at 0 again. */
async function restarted(clock: ClockDouble, awayMs: number): Promise<{ session: Session; clock: ClockDouble }> {
  for (const session of open.splice(0)) await session.close();
  const next = new ClockDouble(clock.wallMs() + awayMs);
  return { session: await sessionAt(next), clock: next };
}

describe('a session', () => {
  it('goes on over a restart: its id, its clock, its sources', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    clock.pass(5000);
    const window = await session.addWindow(HELLO);
    clock.pass(1000);
    const next = await restarted(clock, 20_000);
    expect(next.session.id).toBe(session.id);
    expect(next.session.startedMs).toBe(session.startedMs);
    expect(next.session.nowMs()).toBe(26_000);
    expect(next.session.sourceOf(window.capability)).toBe(window.source);
    expect(next.session.hostSource).not.toBe(session.hostSource);
    next.clock.pass(100);
    expect(next.session.nowMs()).toBe(26_100);
    expect((await next.session.addWindow(HELLO)).window).not.toBe(window.window);
  });

  it('does not go backwards when the wall clock was set back while the host was away', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    clock.pass(5000);
    const next = await restarted(clock, -3_600_000);
    expect(next.session.id).toBe(session.id);
    expect(next.session.nowMs()).toBe(5000);
  });

  it('is not moved by a step of the wall clock while it runs', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    clock.pass(1000);
    clock.step(7_200_000);
    expect(session.nowMs()).toBe(1000);
  });

  it('ends when the host was away for longer than anything is kept', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    const { capability } = await session.addWindow(HELLO);
    const next = await restarted(clock, MAX_AGE_MS + 1);
    expect(next.session.id).not.toBe(session.id);
    expect(next.session.nowMs()).toBe(0);
    expect(next.session.sourceOf(capability)).toBeUndefined();
  });

  it('begins anew where its file is damaged, half written or of a later version', async () => {
    const first = await sessionAt(new ClockDouble());
    await first.close();
    const path = join(dir, 'session.json');
    const text = await readFile(path, 'utf8');
    for (const damaged of [
      '',
      text.slice(0, text.length / 2),
      text.replace('"version":1', '"version":9'),
      '[]',
      'null',
    ]) {
      await writeFile(path, damaged);
      expect((await sessionAt(new ClockDouble())).id).not.toBe(first.id);
    }
  });

  it('keeps no capability on disk', async () => {
    const session = await sessionAt(new ClockDouble());
    const { capability, source } = await session.addWindow(HELLO);
    const text = await readFile(join(dir, 'session.json'), 'utf8');
    expect(text).toContain(source);
    expect(text).not.toContain(capability);
    expect(JSON.stringify(session.publicSource(source))).not.toContain('apability');
    expect(v.is(sourceSchema, session.publicSource(source))).toBe(true);
  });

  it('remembers a pause and a wipe that is owed, also in the session after it', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    await session.setPaused(true);
    clock.pass(1000);
    await session.noteWipe();
    const resumed = (await restarted(clock, 1000)).session;
    expect([resumed.paused, resumed.wipeOwed, resumed.wipedMs]).toEqual([true, true, 1000]);
    const fresh = (await restarted(clock, MAX_AGE_MS * 3)).session;
    expect([fresh.paused, fresh.wipeOwed, fresh.wipedMs]).toEqual([true, true, undefined]);
  });
});

describe('a source', () => {
  it('is numbered within its window, and a window that nobody knows is not taken on trust', async () => {
    const session = await sessionAt(new ClockDouble());
    const first = await session.addWindow(HELLO);
    const second = await session.addWindow({ ...HELLO, window: first.window });
    expect([first.source, second.source]).toEqual([`${first.window}-1`, `${first.window}-2`]);
    expect((await session.addWindow({ ...HELLO, window: 'host-1' })).window).not.toBe('host-1');
  });

  it('is placed by what it measured, and by the coarse guess of its hello only until then', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    clock.pass(1000);
    const { source } = await session.addWindow({ ...HELLO, monoMs: 50 });
    const place = (monoMs: number): number => toSessionMs(session.publicSource(source) ?? { anchors: [] }, monoMs);
    expect(place(60)).toBe(1010);
    const measured = { monoMs: 100, sessionMs: 900, wallMs: 0, uncertaintyMs: 1 };
    session.addAnchor(source, measured, 'Title');
    expect(place(60)).toBe(860);
    session.addAnchor(source, { ...measured, monoMs: 500, sessionMs: 1310 }, 'Title');
    expect([place(400), place(600)]).toEqual([1200, 1410]);
    expect(session.publicSource(source)?.title).toBe('Title');
  });

  it('keeps its anchors ascending and bounded, whatever order they come in', async () => {
    const session = await sessionAt(new ClockDouble());
    const { source } = await session.addWindow(HELLO);
    for (let turn = 0; turn < 3000; turn += 1) {
      const monoMs = (turn * 7919) % 3001;
      session.addAnchor(source, { monoMs, sessionMs: monoMs, wallMs: 0, uncertaintyMs: 1 }, '');
    }
    const anchors = session.publicSource(source)?.anchors ?? [];
    expect(anchors.length).toBe(2000);
    expect(anchors.every(({ monoMs }, index) => index === 0 || monoMs > (anchors[index - 1]?.monoMs ?? 0))).toBe(true);
  });

  it('is forgotten when it can have no row left', async () => {
    const clock = new ClockDouble();
    const session = await sessionAt(clock);
    const { source, capability } = await session.addWindow(HELLO);
    clock.pass(2 * MAX_AGE_MS + 1);
    await session.addWindow(HELLO);
    expect(session.publicSource(source)).toBeUndefined();
    expect(session.sourceOf(capability)).toBeUndefined();
    expect(session.publicSource(session.hostSource)).toBeDefined();
  });
});

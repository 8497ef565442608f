import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_CUT_MS, MAX_PARTS } from '../../../../../src/main/services/live/recording.js';
import type { GrantKind } from '../../../../../src/shared/protocol/live-grants.js';
import { LiveHost } from './live-host.js';
import type { RecordingsDouble } from './recordings-double.js';
import { TechnicianDouble } from './technician-double.js';

const MINUTE_MS = 60_000;
let host: LiveHost;
let kept: RecordingsDouble;

beforeEach(async () => {
  host = await LiveHost.make(await TechnicianDouble.make());
  kept = host.kept;
  host.clock.pass(MINUTE_MS);
  await host.open();
});

afterEach(async () => {
  await host.live.close();
  await kept.remove();
});

async function give(kind: GrantKind, reason?: string): Promise<string> {
  const grant = randomUUID();
  await host.say({ kind: 'asked', ask: { grant, kind, ...(reason === undefined ? {} : { reason }) } });
  await host.live.run(host.session.session).grants.decide(grant, 'allow');
  return grant;
}

async function takeBack(grant: string): Promise<void> {
  await host.live.run(host.session.session).grants.withdraw(grant, 'taken-back');
}

/** Time passes in steps of a second, as the host process looks at it. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    host.clock.pass(1000);
    host.live.run(host.session.session).tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const words = (): string[] => kept.lines.map(({ kind, text }) => `${kind}: ${text}`);
const sent = async (count: number): Promise<void> => {
  await vi.waitFor(() => {
    expect(kept.sent).toHaveLength(count);
    expect(host.session.recording?.isSending).not.toBe(true);
  });
};

describe('what is written', () => {
  it('is nothing before the customer allows it, and nothing after', async () => {
    const chat = await give('chat');
    host.live.run(host.session.session).say('before');
    expect(kept.lines).toEqual([]);
    const grant = await give('be-recorded');
    host.live.run(host.session.session).say('while');
    await takeBack(grant);
    host.live.run(host.session.session).say('after');
    const said = kept.lines.filter(({ kind }) => kind === 'chat').map(({ text }) => text);
    expect(said).toEqual(['while']);
    expect(kept.lines.some((line) => line.kind === 'grant' && line.grant === chat)).toBe(true);
  });

  it('begins with who is connected and what they may do, and ends with why it ended', async () => {
    await give('view-dom');
    const grant = await give('be-recorded', 'so that the team can see it');
    await takeBack(grant);
    expect(words()).toEqual([
      'recording: The live session is recorded from here on: the customer has allowed it.',
      'with: Connected with Ines, who is not verified.',
      'grant: The customer allowed “See the app”.',
      'grant: The customer allowed “Record this session”.',
      'grant: “Record this session”: The customer took it back.',
      'recording: The live session is not recorded any more. The customer took it back.',
    ]);
    expect(kept.lines.every(({ session }) => session === host.session.session)).toBe(true);
  });

  it('has both sides’ messages, asks and their reasons, the connection, and what the technician does', async () => {
    await give('chat');
    await give('be-recorded');
    const before = kept.lines.length;
    await host.say({ kind: 'chat', id: randomUUID(), text: 'Please press it.' });
    host.live.run(host.session.session).say('Pressed.');
    await host.say({ kind: 'doing', what: 'pointing' });
    const asked = { grant: randomUUID(), kind: 'console', reason: 'to see the error' } as const;
    await host.say({ kind: 'asked', ask: asked });
    await host.live.run(host.session.session).grants.decide(asked.grant, 'deny');
    const report = { phase: 'open', hasOtherConfirmed: true, isUnstable: true, words: [...(host.session.words ?? [])] };
    await host.say({ kind: 'report', report: { ...report, phase: 'open' } });
    expect(words().slice(before)).toEqual([
      'chat: Please press it.',
      'chat: Pressed.',
      'doing: The technician is pointing at something.',
      'grant: The technician asks for “Read the logs”.',
      'grant: “Read the logs”: The customer said no.',
      'quality: Nothing comes through at the moment.',
    ]);
    expect(kept.lines[before + 3]).toMatchObject({ why: 'to see the error', state: 'asked', what: 'console' });
    expect(kept.lines[before + 4]).toMatchObject({ reason: 'denied', state: 'ended' });
  });

  it('has the connection every ten seconds, not every time that it is measured', async () => {
    await give('be-recorded');
    const before = kept.lines.length;
    const report = { phase: 'open', hasOtherConfirmed: true, isUnstable: false } as const;
    for (let at = 0; at < 7; at += 1) {
      await host.say({
        kind: 'report',
        report: { ...report, words: [...(host.session.words ?? [])], quality: { roundTripMs: 24, route: 'direct' } },
      });
      host.clock.pass(3000);
    }
    expect(words().slice(before)).toEqual(Array(2).fill('quality: Connection: 24 ms, direct.'));
  });

  it('has the commands of this technician, and of nobody else', async () => {
    const technician = await TechnicianDouble.make();
    host = await LiveHost.make(technician);
    kept = host.kept;
    await host.open();
    const session = { session: host.session.session, words: [...(host.session.words ?? [])] };
    const ask = await technician.ask(session, 'be-recorded', { sentMs: host.clock.wallMs() });
    await host.say({ kind: 'asked', ask });
    await host.live.run(host.session.session).grants.decide(ask.grant, 'allow');
    const proposal = randomUUID();
    const from = host.session.from?.signingKey;
    host.live.noteCommand('proposed', { proposal, command: 'restart', from });
    host.live.noteCommand('approved', { proposal, command: 'restart', from });
    host.live.noteCommand('ended', { proposal, status: 'done' });
    host.live.noteCommand('proposed', { proposal: randomUUID(), command: 'logs', from: 'somebody else' });
    expect(kept.lines.flatMap((line) => (line.kind === 'command' ? [line.text] : []))).toEqual([
      'Command “restart”: proposed.',
      'Command “restart”: approved.',
      'Command: ended.',
    ]);
    expect(words()).toContain('with: Connected with Ines Hart of Fluxion Support, verified by their key.');
  });
});

describe('what is sent', () => {
  it('is the granted stretch, and windows begin anew for it', async () => {
    const grant = await give('be-recorded');
    expect(kept.checkouts).toBe(1);
    await pass(FIRST_CUT_MS);
    await sent(1);
    await pass(10_000);
    await takeBack(grant);
    await sent(2);
    const [first, last] = kept.sent;
    expect(first).toMatchObject({ stretch: { startMs: MINUTE_MS }, report: undefined });
    expect(last?.stretch).toEqual({ startMs: first?.stretch.endMs, endMs: MINUTE_MS + 13_000 });
    // At its own ends it is cut; between two pieces it is not.
    expect(first?.within).toEqual({ startMs: MINUTE_MS, endMs: Infinity });
    expect(last?.within).toEqual({ startMs: MINUTE_MS, endMs: MINUTE_MS + 13_000 });
    expect(host.session.recording).toMatchObject({ isOn: false, parts: 2, receiptCode: 'R-1' });
    expect(kept.audited.map(({ kind }) => kind)).toEqual([
      'live-recording-begun',
      'live-recording-part',
      'live-recording-part',
    ]);
  });

  it('makes a report where the session has none, and the page is told of it', async () => {
    await give('be-recorded');
    expect(host.session.joins).toBeUndefined();
    expect(host.orders('w1-1')?.report).toBeUndefined();
    await pass(FIRST_CUT_MS);
    await sent(1);
    expect(host.session.recording?.receiptCode).toBe('R-1');
    const [report] = [...kept.reports.keys()];
    expect(host.orders('w1-1')?.report).toBe(report);
    await pass(6 * MINUTE_MS);
    await sent(2);
    expect(kept.sent[1]?.report).toBe(report);
  });

  it('is cut before the ring drops its beginning', async () => {
    kept.reachMs = 2 * MINUTE_MS;
    await give('be-recorded');
    await pass(4 * MINUTE_MS);
    await sent(4);
    for (const { stretch } of kept.sent) expect(stretch.endMs - stretch.startMs).toBeLessThanOrEqual(MINUTE_MS);
    expect(kept.sent.at(-1)?.stretch.endMs).toBeGreaterThan(4 * MINUTE_MS);
  });

  it('ends what was granted while a piece is being put together', async () => {
    kept.reachMs = MINUTE_MS;
    const grant = await give('be-recorded');
    await pass(FIRST_CUT_MS);
    await sent(1);
    let goOn: () => void = () => undefined;
    kept.gathering = () =>
      new Promise((resolve) => {
        goOn = resolve;
      });
    await pass(30_000);
    await takeBack(grant);
    const endMs = host.clock.monoMs();
    host.clock.pass(5000);
    kept.gathering = () => Promise.resolve();
    goOn();
    await sent(3);
    expect(kept.sent[1]?.within.endMs).toBe(endMs);
    expect(kept.sent[2]?.stretch.endMs).toBe(endMs);
  });

  it('ends with the connection, and with the session', async () => {
    await give('be-recorded');
    await host.report('reconnecting');
    await sent(1);
    expect(words().at(-1)).toBe('recording: The live session is not recorded any more. The connection ended.');
    await host.becomeOpen();
    host.clock.pass(1000);
    await give('be-recorded');
    host.clock.pass(1000);
    await host.live.endSession(host.session.session);
    await sent(2);
    expect(host.session.recording).toMatchObject({ isOn: false, parts: 1 });
  });

  it('ends by the button of the banner, and what else was granted stays', async () => {
    await give('chat');
    await give('be-recorded');
    await host.say({ kind: 'stop', what: 'recording' });
    expect(host.session.grants.map(({ kind }) => kind)).toEqual(['chat']);
    expect(host.session.recording?.isOn).toBe(false);
    await sent(1);
  });

  it('is tried again with the next piece where it could not be put together', async () => {
    kept.reachMs = MINUTE_MS;
    let failures = 1;
    kept.gathering = () => (failures-- > 0 ? Promise.reject(new Error('disk')) : Promise.resolve());
    const grant = await give('be-recorded');
    await pass(FIRST_CUT_MS);
    expect(host.session.recording?.error?.code).toBe('internal');
    await pass(40_000);
    await sent(1);
    expect(kept.sent[0]?.stretch.startMs).toBe(MINUTE_MS);
    expect(host.session.recording?.error).toBeUndefined();
    await takeBack(grant);
    await sent(2);
  });

  it('is known to be lost where the last piece could not be put together', async () => {
    const grant = await give('be-recorded');
    kept.gathering = () => Promise.reject(new Error('disk'));
    await takeBack(grant);
    await vi.waitFor(() => {
      expect(kept.audited.at(-1)).toMatchObject({ kind: 'live-recording-lost', body: { fromMs: MINUTE_MS } });
    });
    expect(host.session.recording).toMatchObject({ isOn: false, parts: 0, isSending: false });
  });

  it('is nothing of what the customer has wiped meanwhile', async () => {
    const grant = await give('be-recorded');
    host.clock.pass(1000);
    kept.wipedMs = host.clock.monoMs();
    host.clock.pass(1000);
    await takeBack(grant);
    await sent(1);
    expect(kept.sent[0]?.stretch.startMs).toBe(kept.wipedMs);
    expect(kept.sent[0]?.within.startMs).toBe(kept.wipedMs);
  });

  it('is no part where nothing was recorded', async () => {
    kept.hasRecorded = false;
    const grant = await give('be-recorded');
    await takeBack(grant);
    await sent(1);
    expect(host.session.recording).toMatchObject({ parts: 0 });
    expect(kept.audited.map(({ kind }) => kind)).toEqual(['live-recording-begun']);
  });

  it('is bounded', async () => {
    kept.reachMs = MINUTE_MS;
    const run = host.live.run(host.session.session);
    const grant = randomUUID();
    await host.say({ kind: 'asked', ask: { grant, kind: 'be-recorded', durationMs: 8 * 60 * MINUTE_MS } });
    await run.grants.decide(grant, 'allow');
    for (let minutes = 0; minutes < 60 && run.recorder.isOn; minutes += 1) {
      await pass(MINUTE_MS);
      run.grants.noteActivity();
    }
    expect(run.recorder.isOn).toBe(false);
    await sent(MAX_PARTS + 1);
    expect(words().at(-1)).toContain('Its time was over.');
  });
});

describe('a host process that ends', () => {
  it('sends what was recorded', async () => {
    await give('be-recorded');
    host.clock.pass(5000);
    await host.live.close();
    expect(kept.sent).toHaveLength(1);
    await kept.reopen();
    expect(kept.audited.map(({ kind }) => kind)).not.toContain('live-recording-lost');
  });

  it('says what it could not send any more, where it was killed', async () => {
    await give('be-recorded');
    await pass(FIRST_CUT_MS);
    await sent(1);
    await kept.recordings.close();
    const [report] = [...kept.reports.keys()];
    await kept.reopen();
    expect(kept.audited.at(-1)).toMatchObject({
      kind: 'live-recording-lost',
      body: { session: host.session.session, report, code: 'killed' },
    });
    expect(kept.sent).toHaveLength(1);
    const count = kept.audited.length;
    await kept.reopen();
    expect(kept.audited).toHaveLength(count);
  });
});

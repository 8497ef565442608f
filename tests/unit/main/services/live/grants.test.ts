import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { GrantAsk, GrantKind } from '../../../../../src/shared/protocol/live-grants.js';
import { ANSWER_MS, Grants, MAX_ASKS_PER_HOUR, MAX_WAITING } from '../../../../../src/main/services/live/grants.js';
import { ClockDouble } from '../clock-double.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
let clock: ClockDouble;
let audited: { kind: string; body: Readonly<Record<string, unknown>> }[];
let isDiskFull: boolean;
let beforeRecord: () => void;
let grants: Grants;

beforeEach(() => {
  clock = new ClockDouble();
  audited = [];
  isDiskFull = false;
  beforeRecord = () => undefined;
  grants = new Grants({
    session: randomUUID(),
    clock,
    audit: {
      append(kind, body) {
        beforeRecord();
        if (isDiskFull) return Promise.reject(new Error('full'));
        audited.push({ kind, body });
        return Promise.resolve();
      },
    },
    onChange: () => undefined,
  });
});

function ask(kind: GrantKind, more: Partial<GrantAsk> = {}): GrantAsk {
  return { grant: randomUUID(), kind, ...more };
}

async function give(kind: GrantKind, more: Partial<GrantAsk> = {}): Promise<string> {
  const asked = ask(kind, more);
  await grants.ask(asked, undefined);
  await grants.decide(asked.grant, 'allow');
  return asked.grant;
}

describe('a grant', () => {
  it('is not there because it was asked for', async () => {
    await grants.ask(ask('view-dom'), undefined);
    expect(grants.has('view-dom')).toBe(false);
    expect(grants.asked).toHaveLength(1);
  });

  it('is there when the customer allowed it, and nothing else is', async () => {
    await give('view-dom');
    expect(grants.has('view-dom')).toBe(true);
    expect(grants.has('console')).toBe(false);
    expect(audited.map(({ kind }) => kind)).toEqual(['grant-asked', 'grant-given']);
  });

  it('is not given where it cannot be written down', async () => {
    const asked = ask('console');
    await grants.ask(asked, undefined);
    isDiskFull = true;
    await expect(grants.decide(asked.grant, 'allow')).rejects.toThrow('full');
    expect(grants.has('console')).toBe(false);
  });

  it('ends although that cannot be written down', async () => {
    const grant = await give('console');
    isDiskFull = true;
    await expect(grants.withdraw(grant, 'taken-back')).rejects.toThrow('full');
    expect(grants.has('console')).toBe(false);
  });

  it('lasts for half an hour where nothing was said, and for as long as was asked', async () => {
    await give('view-dom');
    await give('chat', { durationMs: MINUTE_MS });
    clock.pass(MINUTE_MS);
    expect([grants.has('view-dom'), grants.has('chat')]).toEqual([true, false]);
    clock.pass(29 * MINUTE_MS);
    expect(grants.has('view-dom')).toBe(false);
    expect(grants.settled.map(({ reason }) => reason)).toEqual(['run-out', 'run-out']);
  });

  it('may be given for less than was asked, never for more', async () => {
    const [less, more] = [ask('chat', { durationMs: 10 * MINUTE_MS }), ask('point', { durationMs: MINUTE_MS })];
    await grants.ask(less, undefined);
    await grants.ask(more, undefined);
    await grants.decide(less.grant, 'allow', MINUTE_MS);
    await grants.decide(more.grant, 'allow', HOUR_MS);
    clock.pass(MINUTE_MS);
    expect(grants.given).toHaveLength(2);
    grants.tick();
    expect(grants.given).toEqual([]);
  });

  it('ends by the wall clock too, when the computer slept, and is not made longer by turning it back', async () => {
    await give('view-dom');
    clock.step(-HOUR_MS);
    clock.pass(30 * MINUTE_MS);
    expect(grants.has('view-dom')).toBe(false);
    await give('console');
    clock.step(31 * MINUTE_MS);
    expect(grants.has('console')).toBe(false);
  });

  it('ends after an hour without activity, and goes on with some', async () => {
    await give('view-dom', { durationMs: 5 * HOUR_MS });
    clock.pass(59 * MINUTE_MS);
    grants.noteActivity();
    clock.pass(59 * MINUTE_MS);
    expect(grants.has('view-dom')).toBe(true);
    clock.pass(MINUTE_MS);
    expect(grants.has('view-dom')).toBe(false);
    expect(grants.settled.at(-1)?.reason).toBe('idle');
  });

  it('ends with all others by one press, asked ones too', async () => {
    await give('view-dom');
    await give('console');
    await grants.ask(ask('commands'), undefined);
    await grants.withdrawAll('taken-back');
    expect([grants.given, grants.asked]).toEqual([[], []]);
    expect(grants.settled.map(({ reason }) => reason)).toEqual(['taken-back', 'taken-back', 'taken-back']);
  });

  it('is not given when all ended while it was being written down', async () => {
    const asked = ask('console');
    await grants.ask(asked, undefined);
    beforeRecord = () => {
      beforeRecord = () => undefined;
      void grants.close();
    };
    await expect(grants.decide(asked.grant, 'allow')).rejects.toMatchObject({ code: 'grant-gone' });
    expect(grants.has('console')).toBe(false);
  });

  it('is never given again after it was denied, or twice', async () => {
    const asked = ask('console');
    await grants.ask(asked, undefined);
    await grants.decide(asked.grant, 'deny');
    await expect(grants.decide(asked.grant, 'allow')).rejects.toMatchObject({ code: 'grant-gone' });
    await grants.ask(asked, undefined);
    expect(grants.asked).toEqual([]);
  });
});

describe('silence', () => {
  it('denies', async () => {
    const asked = ask('view-dom');
    await grants.ask(asked, undefined);
    clock.pass(ANSWER_MS);
    await expect(grants.decide(asked.grant, 'allow')).rejects.toMatchObject({ code: 'grant-gone' });
    expect(grants.settled).toEqual([{ grant: asked.grant, reason: 'denied' }]);
  });
});

describe('somebody who asks and asks', () => {
  it('has a few asks before the customer at once', async () => {
    for (const kind of ['view-dom', 'console', 'chat', 'point', 'commands'] as const) {
      await grants.ask(ask(kind), undefined);
    }
    expect(grants.asked).toHaveLength(MAX_WAITING);
    expect(grants.settled.map(({ reason }) => reason)).toEqual(['refused']);
  });

  it('does not ask twice for one thing', async () => {
    await grants.ask(ask('view-dom'), undefined);
    await grants.ask(ask('view-dom'), undefined);
    expect(grants.asked).toHaveLength(1);
  });

  it('is not put before the customer more often than they can bear, and fills no log', async () => {
    for (let at = 0; at < 500; at += 1) {
      const asked = ask('view-dom');
      await grants.ask(asked, undefined);
      if (grants.asked.length > 0) await grants.decide(asked.grant, 'deny');
    }
    expect(audited.filter(({ kind }) => kind === 'grant-asked')).toHaveLength(MAX_ASKS_PER_HOUR);
    expect(audited.length).toBeLessThan(100);
    clock.pass(HOUR_MS);
    await grants.ask(ask('view-dom'), undefined);
    expect(grants.asked).toHaveLength(1);
  });
});

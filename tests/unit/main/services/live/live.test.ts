import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VerifiedLetter } from '../../../../../src/shared/protocol/letters.js';
import type { LogEvent } from '../../../../../src/shared/session/lane.js';
import { COME_BACK_MS, GRACE_MS } from '../../../../../src/main/services/live/live-run.js';
import { aProposal } from '../commands/post-double.js';
import { COMMAND, LiveHost, WORDS } from './live-host.js';
import { TechnicianDouble } from './technician-double.js';

let technician: TechnicianDouble;
let host: LiveHost;

beforeEach(async () => {
  technician = await TechnicianDouble.make();
  host = await LiveHost.make(technician);
});

function aGrant(kind: 'view-dom' | 'chat' | 'commands' | 'console') {
  return { kind: 'asked', ask: { grant: randomUUID(), kind } } as const;
}

async function signed(kind: 'commands' | 'chat') {
  const session = { session: host.session.session, words: WORDS };
  return { kind: 'asked', ask: await technician.ask(session, kind, { sentMs: host.clock.wallMs() }) } as const;
}

async function allow(grant: string): Promise<void> {
  await host.live.run(host.session.session).grants.decide(grant, 'allow');
}

describe('a session', () => {
  it('is of one window: the one that the customer came from', async () => {
    host.live.noteOpener('w2-1');
    await host.live.begin('texts');
    expect(host.orders('w2-1')?.session).toBe(host.session.session);
    expect(host.orders('w1-1')).toBeUndefined();
  });

  it('is the only one', async () => {
    await host.open();
    await expect(host.live.begin('texts')).rejects.toMatchObject({ code: 'live-busy-here' });
    await host.live.endSession(host.session.session);
    await host.live.begin('texts');
  });

  it('needs a window, and a desk for a code', async () => {
    await expect(host.live.begin('code')).rejects.toMatchObject({ code: 'live-no-desk' });
    host.leave('w1-1');
    host.leave('w2-1');
    await expect(host.live.begin('texts')).rejects.toMatchObject({ code: 'live-no-window' });
  });

  it('begins with nothing granted', async () => {
    await host.open();
    expect(host.orders('w1-1')?.grants).toEqual([]);
  });

  it('tells the page to say that the words differ, and ends', async () => {
    await host.live.begin('texts');
    const source = host.live.run(host.session.session).source ?? '';
    await host.report('comparing', WORDS, source);
    await host.live.run(host.session.session).confirm(WORDS, false);
    expect(host.told.get(source)?.at(-1)).toEqual({ kind: 'end', why: 'words-differ' });
    expect(host.session).toMatchObject({ phase: 'ended', error: { code: 'live-words-differ' } });
  });

  it('is not confirmed by words that are not its own any more', async () => {
    await host.live.begin('texts');
    const run = host.live.run(host.session.session);
    await host.report('comparing', ['lemon', 'lemon', 'lemon', 'lemon'], run.source);
    await expect(run.confirm(WORDS, true)).rejects.toMatchObject({ code: 'live-words-changed' });
  });

  it('ends by the page’s word, at any time', async () => {
    await host.open();
    await host.say(aGrant('chat'));
    await allow(host.session.asked[0]?.grant ?? '');
    await host.say({ kind: 'stop', what: 'grants' });
    expect(host.session.grants).toEqual([]);
    await host.say({ kind: 'stop', what: 'session' });
    expect(host.session.phase).toBe('ended');
    expect(host.news('w1-1')).toContain('end');
  });

  it('keeps what was granted from a computer that is locked', async () => {
    await host.open();
    await host.say(aGrant('view-dom'));
    await allow(host.session.asked[0]?.grant ?? '');
    await host.live.lock();
    expect(host.orders('w1-1')).toMatchObject({ grants: [], settled: [{ reason: 'locked' }] });
  });
});

describe('what a page says', () => {
  it('counts only from the page that has the session', async () => {
    await host.open();
    await expect(host.say(aGrant('chat'), 'w2-1')).rejects.toMatchObject({ code: 'live-gone' });
    expect(host.session.asked).toEqual([]);
  });

  it('is parsed', async () => {
    await host.open();
    const { session } = host.session;
    for (const news of [undefined, {}, { kind: 'grant' }, { kind: 'asked', ask: { grant: 'x', kind: 'view-dom' } }]) {
      const received = host.live.receive('w1-1', session, news, new Uint8Array(0));
      await expect(received).rejects.toMatchObject({ code: 'live-gone' });
    }
  });

  it('opens nothing: without the customer’s word on the words there are no asks', async () => {
    host.live.noteOpener('w1-1');
    await host.live.begin('texts');
    await host.report('open', WORDS);
    await expect(host.say(aGrant('view-dom'))).rejects.toMatchObject({ code: 'live-not-open' });
  });

  it('is no confirmation where it says that there was one', async () => {
    host.live.noteOpener('w1-1');
    await host.live.begin('texts');
    const report = {
      phase: 'open',
      isResumed: true,
      hasOtherConfirmed: true,
      isUnstable: false,
      words: WORDS,
    } as const;
    await host.say({ kind: 'report', report });
    await expect(host.say(aGrant('view-dom'))).rejects.toMatchObject({ code: 'live-not-open' });
  });

  it('cannot make an unsigned ask for commands reach the customer', async () => {
    await host.open();
    await host.say(aGrant('commands'));
    expect(host.session.asked).toEqual([]);
    expect(host.orders('w1-1')?.settled).toMatchObject([{ reason: 'refused' }]);
    expect(host.audited.at(-1)).toMatchObject({ kind: 'grant-refused', body: { code: 'ask-unsigned' } });
  });

  it('cannot bring letters or messages that were not granted', async () => {
    await host.open();
    await expect(host.say({ kind: 'letter', id: randomUUID() })).rejects.toMatchObject({ code: 'live-not-open' });
    const chat = { kind: 'chat', id: randomUUID(), text: 'hi' } as const;
    await expect(host.say(chat)).rejects.toMatchObject({ code: 'live-not-open' });
    expect(host.letters).toEqual([]);
  });

  it('does not flood the log or the customer', async () => {
    await host.open();
    await Promise.all(Array.from({ length: 2000 }, () => host.say(aGrant('view-dom'))));
    expect(host.session.asked).toHaveLength(1);
    expect(host.audited.length).toBeLessThan(60);
  });
});

describe('a technician', () => {
  it('is shown as who they are only by their signature', async () => {
    await host.open();
    await host.say(aGrant('view-dom'));
    expect(host.session.from).toBeUndefined();
    expect(host.session.asked[0]?.from).toBeUndefined();
    await host.say(await signed('commands'));
    expect(host.session.from?.name).toBe('Ines Hart');
    expect(host.session.asked[1]?.from?.organisation).toBe('Fluxion Support');
    expect(host.orders('w1-1')?.with).toEqual({ name: 'Ines Hart', organisation: 'Fluxion Support', isVerified: true });
  });

  it('sends letters through the connection once commands are granted, and only their own', async () => {
    await host.open();
    await host.say(await signed('commands'));
    await allow(host.session.asked[0]?.grant ?? '');
    const id = randomUUID();
    await host.say({ kind: 'letter', id });
    expect(host.letters).toEqual([{ id, from: technician.signer.signingKey }]);
  });

  it('gets our letters by the connection, and nobody else does', async () => {
    await host.open();
    await host.say(await signed('commands'));
    host.live.carry('somebody', randomUUID(), new Uint8Array([1]));
    host.live.carry(technician.signer.signingKey, randomUUID(), new Uint8Array([1]));
    expect(host.news('w1-1').filter((kind) => kind === 'letter')).toHaveLength(1);
  });

  it('writes and reads messages while that is granted', async () => {
    await host.open();
    await host.say(aGrant('chat'));
    await allow(host.session.asked[0]?.grant ?? '');
    await host.say({ kind: 'chat', id: randomUUID(), text: 'Please open the list.' });
    host.live.run(host.session.session).say('It is open.');
    expect(host.session.chat.map(({ from, text }) => `${from}: ${text}`)).toEqual([
      'technician: Please open the list.',
      'customer: It is open.',
    ]);
    expect(host.news('w1-1')).toContain('chat');
    await host.say({ kind: 'given-up', grant: host.session.grants[0]?.grant ?? '' });
    expect(() => {
      host.live.run(host.session.session).say('Hello?');
    }).toThrow(expect.objectContaining({ code: 'live-not-open' }) as Error);
  });
});

describe('a connection that is lost', () => {
  beforeEach(async () => {
    await host.open();
    await host.say(aGrant('view-dom'));
    await allow(host.session.asked[0]?.grant ?? '');
  });

  it('takes what was granted with it, and the words', async () => {
    await host.report('routing');
    expect(host.session).toMatchObject({ hasConfirmed: false, grants: [] });
    await host.report('open', WORDS);
    await expect(host.say(aGrant('console'))).rejects.toMatchObject({ code: 'live-not-open' });
  });

  it('and found again between the same two programs needs no new words, but new grants', async () => {
    await host.report('reconnecting');
    const report = { phase: 'open', isResumed: true, hasOtherConfirmed: true, isUnstable: false } as const;
    await host.say({ kind: 'report', report: { ...report, words: ['lemon', 'lemon', 'lemon', 'lemon'] } });
    expect(host.session).toMatchObject({ hasConfirmed: true, phase: 'open', grants: [] });
  });

  it('takes it also where another connection stands at once', async () => {
    await host.report('open', ['lemon', 'lemon', 'lemon', 'lemon']);
    expect(host.session).toMatchObject({ hasConfirmed: false, grants: [] });
  });

  it('is not lost when only the page’s channel to us broke for a moment', () => {
    host.leave('w1-1');
    host.clock.pass(GRACE_MS - 1);
    host.live.run(host.session.session).tick();
    host.join('w1-1');
    expect(host.session).toMatchObject({ phase: 'open', grants: [{ kind: 'view-dom' }] });
  });

  it('ends what was granted when the page does not come back soon, and the session when it does not come back', () => {
    host.leave('w1-1');
    host.clock.pass(GRACE_MS);
    host.live.run(host.session.session).tick();
    expect(host.session).toMatchObject({ phase: 'lost', grants: [] });
    host.clock.pass(COME_BACK_MS);
    host.live.run(host.session.session).tick();
    expect(host.session).toMatchObject({ phase: 'ended', error: { code: 'live-lost' } });
  });

  it('by texts ends with its page', () => {
    host.leave('w1-1');
    host.join('w1-2');
    expect(host.session.phase).toBe('ended');
  });
});

describe('another side that does what it may not', () => {
  it.each(['live-malformed', 'live-flooded', 'live-not-granted', 'live-too-early', 'live-tampered'])(
    'is in the audit log with what it did: %s',
    async (code) => {
      await host.open();
      await host.say(await signed('chat'));
      await allow(host.session.asked[0]?.grant ?? '');
      const report = { phase: 'ended', hasOtherConfirmed: true, isUnstable: false, code } as const;
      await host.say({ kind: 'report', report });
      const { signingKey } = technician.sender;
      expect(host.audited.slice(-2)).toMatchObject([
        { kind: 'live-refused', body: { session: host.session.session, code, from: signingKey } },
        { kind: 'live-ended', body: { code } },
      ]);
      expect(host.session).toMatchObject({ phase: 'ended', grants: [], error: { code } });
    },
  );

  it.each(['live-ended', 'live-lost', 'live-closed', 'live-no-answer'])('is not one that goes: %s', async (code) => {
    await host.open();
    await host.say({ kind: 'report', report: { phase: 'ended', hasOtherConfirmed: true, isUnstable: false, code } });
    expect(host.audited.map(({ kind }) => kind)).not.toContain('live-refused');
    expect(host.audited.at(-1)).toMatchObject({ kind: 'live-ended', body: { code } });
  });
});

describe('the commands that may be proposed', () => {
  const told = () => (host.told.get('w1-1') ?? []).filter((news) => news.kind === 'commands');

  it('are told once that is granted, after the grant, and again with the next one', async () => {
    await host.open();
    expect(told()).toEqual([]);
    await host.say(await signed('commands'));
    const grant = host.session.asked[0]?.grant ?? '';
    await allow(grant);
    expect(told()).toEqual([{ kind: 'commands', commands: [COMMAND] }]);
    const kinds = (host.told.get('w1-1') ?? []).map((news) =>
      news.kind === 'orders' ? news.orders.grants.length : news.kind,
    );
    expect(kinds.indexOf('commands')).toBeGreaterThan(kinds.indexOf(1));
    await host.say({ kind: 'doing', what: 'proposing' });
    expect(told()).toHaveLength(1);
    await host.live.run(host.session.session).grants.withdraw(grant, 'taken-back');
    await host.say(await signed('commands'));
    await allow(host.session.asked[0]?.grant ?? '');
    expect(told()).toHaveLength(2);
  });
});

describe('the console', () => {
  const line = `${JSON.stringify({ type: 'log', t: 5, level: 'info', logger: 'console', message: 'Sync began' })}\n`;
  const message = {
    kind: 'lines' as const,
    lines: [{ source: 'w2-1', at: 5, event: JSON.parse(line) as LogEvent }],
  };
  const heard = (source: string) => host.news(source).filter((kind) => kind === 'console').length;

  it('of the host process and of other windows comes while it is granted, and not before or after', async () => {
    await host.open();
    const write = (): void => {
      for (const listener of host.written) listener([line]);
    };
    write();
    await expect(host.say({ kind: 'console', message }, 'w2-1')).rejects.toMatchObject({ code: 'live-not-open' });
    await host.say(aGrant('console'));
    const grant = host.session.asked[0]?.grant ?? '';
    await allow(grant);
    write();
    await host.say({ kind: 'console', message }, 'w2-1');
    expect([heard('w1-1'), heard('w2-1')]).toEqual([2, 0]);
    expect(host.told.get('w2-1')?.at(-1)).toEqual({ kind: 'lend-console', isWanted: true });
    await host.live.run(host.session.session).grants.withdraw(grant, 'taken-back');
    write();
    expect(heard('w1-1')).toBe(2);
    expect(host.told.get('w2-1')?.at(-1)).toEqual({ kind: 'lend-console', isWanted: false });
    await expect(host.say({ kind: 'console', message }, 'w2-1')).rejects.toMatchObject({ code: 'live-not-open' });
  });

  it('ends for a page that cannot be reached', async () => {
    await host.open();
    await host.say(aGrant('console'));
    await allow(host.session.asked[0]?.grant ?? '');
    expect(host.written.size).toBe(1);
    host.leave('w1-1');
    expect(host.written.size).toBe(0);
  });
});

describe('an invitation', () => {
  let invitation: string;
  beforeEach(async () => {
    invitation = randomUUID();
    await host.post.receive(invite(invitation));
  });

  function invite(id: string): VerifiedLetter<'live-invitation'> {
    const { sender, envelope, ...letter } = aProposal(technician.sender, host.clock.wallMs());
    const body = { invitation: id, report: randomUUID(), reason: 'To see it.' };
    return { ...letter, sender, envelope: { ...envelope, kind: 'live-invitation', body } };
  }

  it('is put before the customer with who it is from', () => {
    expect(host.live.view().invitations).toMatchObject([
      { invitation, reason: 'To see it.', receiptCode: 'R-1', from: { name: 'Ines Hart' } },
    ]);
  });

  it('that is accepted begins a session by letters, and goes on when the page is loaded again', async () => {
    host.live.noteOpener('w1-1');
    await host.live.accept(invitation);
    expect(host.session).toMatchObject({ way: 'letters', from: { name: 'Ines Hart' } });
    await host.report('waiting');
    expect(host.news('w1-1')).toEqual(['joined']);
    await host.becomeOpen();
    await host.say(await signed('chat'));
    await allow(host.session.asked[0]?.grant ?? '');
    host.leave('w1-1');
    host.join('w1-2');
    expect(host.session).toMatchObject({ phase: 'preparing', grants: [], hasConfirmed: false });
    await host.report('waiting', undefined, 'w1-2');
    expect(host.news('w1-2')).toEqual(['joined']);
  });

  it('makes an unsigned ask worth nothing', async () => {
    host.live.noteOpener('w1-1');
    await host.live.accept(invitation);
    await host.becomeOpen();
    await host.say(aGrant('view-dom'));
    expect(host.session.asked).toEqual([]);
  });

  it('that is declined is answered so', async () => {
    await host.live.decline(invitation);
    expect(host.post.ofKind('live-end')).toEqual([{ invitation, code: 'live-declined' }]);
    await expect(host.live.accept(invitation)).rejects.toMatchObject({ code: 'live-no-invitation' });
  });

  it('of one technician takes the place of their last one, and goes after a while', async () => {
    await host.post.receive(invite(randomUUID()));
    expect(host.live.view().invitations).toHaveLength(1);
    host.clock.pass(30 * 60_000);
    expect(host.live.view().invitations).toEqual([]);
  });
});

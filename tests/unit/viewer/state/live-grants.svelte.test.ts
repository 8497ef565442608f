import { describe, expect, it } from 'vitest';
import { LiveError } from '../../../../src/shared/protocol/live-errors.js';
import type { AskProof } from '../../../../src/shared/protocol/live-grants.js';
import type { SubscriberMessage } from '../../../../src/shared/protocol/live-messages.js';
import { LiveGrants } from '../../../../src/viewer/state/live-grants.svelte.js';

interface Side {
  readonly grants: LiveGrants;
  readonly sent: SubscriberMessage[];
  readonly told: string[];
  /** The last one that was asked for. */
  readonly asked: () => string;
}

function side(prove: () => Promise<AskProof | undefined> = () => Promise.resolve(undefined)): Side {
  const sent: SubscriberMessage[] = [];
  const told: string[] = [];
  const grants = new LiveGrants({
    send: (message) => sent.push(message),
    prove,
    onGiven: (kind) => told.push(`+${kind}`),
    onOver: (kind) => told.push(`-${kind}`),
  });
  const asked = (): string => {
    const last = sent.findLast((message) => message.type === 'grant-asked');
    if (last === undefined) throw new Error('nothing was asked for');
    return last.grant;
  };
  return { grants, sent, told, asked };
}

describe('grants on the technician’s side', () => {
  it('are asked for with reason and time, given, and end as the customer says', async () => {
    const { grants, sent, told, asked } = side();
    await grants.ask('console', ' to read ', 600_000);
    expect(sent[0]).toMatchObject({ kind: 'console', reason: 'to read', durationMs: 600_000 });
    expect(sent[0]).not.toHaveProperty('proof');
    expect(grants.state('console').name).toBe('asked');
    grants.receive({ type: 'grant-given', grant: asked(), kind: 'console', untilMs: 99 });
    expect(grants.state('console')).toMatchObject({ name: 'given', untilMs: 99 });
    grants.receive({ type: 'grant-withdrawn', grant: asked(), reason: 'taken-back' });
    expect(grants.state('console')).toEqual({ name: 'over', why: 'The customer took it back.' });
    expect(told).toEqual(['+console', '-console']);
  });

  it('are asked for once at a time', async () => {
    const { grants, sent } = side();
    await Promise.all([grants.ask('chat'), grants.ask('chat')]);
    await grants.ask('chat');
    expect(sent).toHaveLength(1);
  });

  it('count only as what was asked for: what nobody asked for, or was given up, is nothing', async () => {
    const { grants, told, asked } = side();
    grants.receive({ type: 'grant-given', grant: crypto.randomUUID(), kind: 'commands' });
    expect(grants.has('commands')).toBe(false);
    await grants.ask('chat');
    const grant = asked();
    grants.giveUp('chat');
    grants.receive({ type: 'grant-given', grant, kind: 'chat' });
    expect(grants.has('chat')).toBe(false);
    expect(told).toEqual([]);
  });

  it('all end with the connection, also what is being asked for', async () => {
    const { grants, told, asked } = side();
    await grants.ask('view-dom');
    grants.receive({ type: 'grant-given', grant: asked(), kind: 'view-dom' });
    await grants.ask('chat');
    grants.endAll();
    expect(grants.given).toEqual([]);
    expect(grants.state('chat').name).toBe('over');
    expect(grants.state('point').name).toBe('none');
    expect(told).toEqual(['+view-dom', '-view-dom']);
  });

  it('are not asked for when the connection ended while the key was at work', async () => {
    let prove: (proof: undefined) => void = () => undefined;
    const { grants, sent } = side(() => new Promise((resolve) => (prove = resolve)));
    const asking = grants.ask('chat');
    grants.endAll();
    prove(undefined);
    await asking;
    expect(sent).toEqual([]);
  });

  it('say why they could not be asked for', async () => {
    const { grants } = side(() => Promise.reject(new LiveError('live-closed')));
    await grants.ask('chat');
    expect(grants.state('chat').name).toBe('none');
    expect(grants.error('chat')?.code).toBe('live-closed');
  });

  it('are offered as far as the customer’s app can do them, in one order', () => {
    const { grants } = side();
    grants.receive({
      type: 'welcome',
      session: crypto.randomUUID(),
      app: { name: 'Fluxion', version: '1' },
      install: { signingKey: 'A'.repeat(43), recipient: `age1${'q'.repeat(58)}` },
      startedMs: 0,
      offers: ['be-recorded', 'chat', 'view-dom'],
    });
    expect(grants.offers).toEqual(['view-dom', 'chat', 'be-recorded']);
  });
});

import type { AskedGrant, LiveInvitationView, LiveSessionView } from '../../../src/shared/protocol/live-host.js';

// What a host tells of live sessions.

const TECHNICIAN = { name: 'Ines Hart', organisation: 'Fluxion Support', signingKey: 'A'.repeat(43) };

export function anInvitation(more: Partial<LiveInvitationView> = {}): LiveInvitationView {
  return {
    invitation: '33333333-3333-4333-8333-333333333333',
    from: TECHNICIAN,
    reason: 'The list stays empty after the sync. I would like to see it happen.',
    report: '22222222-2222-4222-8222-222222222222',
    receiptCode: 'K7QF2-9DM4X-7',
    receivedMs: Date.now(),
    expiresMs: Date.now() + 30 * 60_000,
    ...more,
  };
}

export function aSession(more: Partial<LiveSessionView> = {}): LiveSessionView {
  return {
    session: '44444444-4444-4444-8444-444444444444',
    way: 'code',
    phase: 'waiting',
    reach: 'direct',
    hasConfirmed: false,
    hasOtherConfirmed: false,
    isUnstable: false,
    startedMs: Date.now(),
    asked: [],
    grants: [],
    chat: [],
    ...more,
  };
}

export function anOpenSession(more: Partial<LiveSessionView> = {}): LiveSessionView {
  return aSession({
    phase: 'open',
    from: TECHNICIAN,
    words: ['pendant', 'birthday', 'lineage', 'molasses'],
    hasConfirmed: true,
    hasOtherConfirmed: true,
    openedMs: Date.now(),
    quality: { roundTripMs: 24, lossRatio: 0, route: 'direct' },
    ...more,
  });
}

export function anAsk(more: Partial<AskedGrant> = {}): AskedGrant {
  return {
    grant: '55555555-5555-4555-8555-555555555555',
    kind: 'console',
    reason: 'To see which request fails.',
    durationMs: 30 * 60_000,
    from: TECHNICIAN,
    askedMs: Date.now(),
    answerByMs: Date.now() + 120_000,
    ...more,
  };
}

export function aGrant(kind: LiveSessionView['grants'][number]['kind'], at = 0): LiveSessionView['grants'][number] {
  const grant = `66666666-6666-4666-8666-66666666666${at}`;
  return { grant, kind, untilMs: Date.now() + 30 * 60_000, givenMs: Date.now() };
}

import type { AuditEntry } from '../../../src/shared/protocol/host.js';
import type { ProposalView } from '../../../src/shared/protocol/proposals.js';

export const PROPOSAL_ID = '33333333-3333-4333-8333-333333333333';
let count = 0;

/** A proposal as the host tells it. */
export function aProposal(more: Partial<ProposalView> = {}): ProposalView {
  count += 1;
  return {
    id: count === 1 ? PROPOSAL_ID : `33333333-3333-4333-8333-${String(count).padStart(12, '0')}`,
    report: '22222222-2222-4222-8222-222222222222',
    receiptCode: 'K7QF2-9DM4X-7',
    from: { name: 'Ines Hart', organisation: 'Fluxion Support', signingKey: 'A'.repeat(43) },
    reason: 'The server answered 500 when you pressed Sync now. I would like to see what the app said just before.',
    momentWallMs: Date.now() - 600_000,
    command: 'clear-cache',
    title: 'Clear the app’s caches',
    effect: [
      'Deletes everything in these caches of the app: Map tiles and Exchange rates. It cannot be brought back; the app makes it again when it needs it.',
      'Sends how much there was before and after to support.',
    ],
    values: [{ label: 'Caches', value: 'Map tiles and Exchange rates' }],
    hasDryRun: true,
    receivedMs: Date.now() - 60_000,
    expiresMs: Date.now() + 3_000_000,
    state: 'pending',
    chunks: 0,
    outputLines: 0,
    outputBytes: 0,
    ...more,
  };
}

export function aRun(state: ProposalView['state'], more: Partial<ProposalView> = {}): ProposalView {
  const times = { decidedMs: Date.now() - 40_000, startedMs: Date.now() - 40_000 };
  const ended = state === 'running' ? {} : { endedMs: Date.now() - 30_000 };
  return aProposal({ state, ...times, ...ended, chunks: 1, outputLines: 2, outputBytes: 34, ...more });
}

export function anAuditEntry(number: number, kind: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    number,
    atMs: Date.now() - (100 - number) * 60_000,
    kind,
    body: { name: 'Ines Hart', command: 'clear-cache' },
    hash: 'ab'.repeat(32),
    isIntact: true,
    ...more,
  };
}

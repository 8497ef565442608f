import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkAsk, type AskRules } from '../../../../../src/main/services/live/ask-check.js';
import type { GrantAsk } from '../../../../../src/shared/protocol/live-grants.js';
import { listOf, TechnicianDouble } from './technician-double.js';

const NOW_MS = 1_700_000_000_000;
const session = { session: randomUUID(), words: ['pendant', 'birthday', 'lineage', 'molasses'] };
let technician: TechnicianDouble;
let stranger: TechnicianDouble;
let rules: AskRules;

beforeEach(async () => {
  [technician, stranger] = await Promise.all([TechnicianDouble.make(), TechnicianDouble.make()]);
  rules = { ...session, known: undefined, lastNumber: 0, nowMs: NOW_MS, technicianOf: listOf(technician) };
});

async function verdictOf(ask: GrantAsk, more: Partial<AskRules> = {}): Promise<string> {
  const verdict = await checkAsk(ask, { ...rules, ...more });
  return verdict.isAccepted ? (verdict.from?.name ?? 'nobody knows') : verdict.code;
}

describe('an ask', () => {
  it('is of whoever signed it', async () => {
    expect(await verdictOf(await technician.ask(session, 'commands', { sentMs: NOW_MS }))).toBe('Ines Hart');
  });

  it('without a signature is of nobody, and then never for commands', async () => {
    expect(await verdictOf({ grant: randomUUID(), kind: 'view-dom' })).toBe('nobody knows');
    expect(await verdictOf({ grant: randomUUID(), kind: 'commands' })).toBe('ask-unsigned');
  });

  it('is signed, and by the same key, once it is known who it is', async () => {
    const known = technician.sender;
    expect(await verdictOf({ grant: randomUUID(), kind: 'chat' }, { known })).toBe('ask-unsigned');
    const other = await stranger.ask(session, 'chat', { sentMs: NOW_MS });
    expect(await verdictOf(other, { known, technicianOf: listOf(technician, stranger) })).toBe('ask-other-key');
  });

  it('of a key that the list does not name is refused', async () => {
    const ask = await stranger.ask(session, 'commands', { sentMs: NOW_MS });
    expect(await verdictOf(ask)).toBe('letter-unknown-sender');
  });

  it('cannot be repeated', async () => {
    const ask = await technician.ask(session, 'chat', { sentMs: NOW_MS, number: 3 });
    expect(await verdictOf(ask, { lastNumber: 3 })).toBe('ask-replayed');
  });

  it('cannot be carried over from another session, or from another connection', async () => {
    const ask = await technician.ask(session, 'commands', { sentMs: NOW_MS });
    expect(await verdictOf(ask, { session: randomUUID() })).toBe('ask-forged');
    expect(await verdictOf(ask, { words: ['pendant', 'birthday', 'lineage', 'lemon'] })).toBe('ask-forged');
  });

  it('cannot be changed', async () => {
    const ask = await technician.ask(session, 'view-dom', { sentMs: NOW_MS, durationMs: 60_000 });
    expect(await verdictOf({ ...ask, kind: 'commands' })).toBe('ask-forged');
    expect(await verdictOf({ ...ask, durationMs: 120_000 })).toBe('ask-forged');
    expect(await verdictOf({ ...ask, reason: 'Nothing to see' })).toBe('ask-forged');
  });

  it('is of now', async () => {
    const late = await technician.ask(session, 'chat', { sentMs: NOW_MS - 11 * 60_000 });
    expect(await verdictOf(late)).toBe('ask-too-old');
  });

  it('is nobody’s where the list cannot be had', async () => {
    const ask = await technician.ask(session, 'commands', { sentMs: NOW_MS });
    const technicianOf = () => Promise.reject(new Error('offline'));
    expect(await verdictOf(ask, { technicianOf })).toBe('technicians-missing');
  });
});

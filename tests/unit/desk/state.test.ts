import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/desk/reports/digest.js';
import { ReportState } from '../../../src/desk/reports/state.js';
import type { ConversationEntry, ReportHead } from '../../../src/shared/report/report.js';

const head: ReportHead = {
  id: '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10',
  receiptCode: 'K7QF2-9DM4X-7',
  createdMs: 1000,
  session: 's-1',
  app: { name: 'Fluxion', version: '3.4.1' },
  description: '',
};
const id = (n: number): string => `0b9f6a52-7d0e-4b7a-9a55-${String(n).padStart(12, '0')}`;
const part = (number: number) => ({ number, bytes: 10, sha256: String(number).repeat(64).slice(0, 64) });

function withParts(...digests: Omit<Digest, 'part'>[]): ReportState {
  const state = new ReportState(head);
  for (const [number, digest] of digests.entries()) {
    state.digest({ ...digest, part: part(number) });
    state.apply({ type: 'part', id: id(number), atMs: 2000 + number, by: 'customer', part: part(number) });
  }
  return state;
}

describe('time that is recorded', () => {
  const stretch = fc
    .tuple(fc.nat(60), fc.nat(20))
    .map(([startMs, length]) => ({ startMs, endMs: startMs + length, errors: [] }));

  it('counts every millisecond once, however the parts overlap', () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), (stretches) => {
        const covered = new Set(
          stretches.flatMap(({ startMs, endMs }) => Array.from({ length: endMs - startMs }, (_, n) => startMs + n)),
        );
        expect(withParts(...stretches).summary().durationMs).toBe(covered.size);
      }),
    );
  });

  it('leaves out a night between two sessions', () => {
    const nextDay = 86_400_000;
    const state = withParts(
      { startMs: nextDay, endMs: nextDay + 5000, errors: [] },
      { startMs: 0, endMs: 1000, errors: [] },
    );
    expect(state.summary().durationMs).toBe(6000);
  });
});

it('errors of a segment that several parts hold count once', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((sha256, n) => ({ sha256, count: n + 1 }));
  if (a === undefined || b === undefined || c === undefined) throw new Error('unreachable');
  const state = withParts({ startMs: 0, endMs: 1, errors: [a, b] }, { startMs: 0, endMs: 1, errors: [b, c] });
  expect(state.summary().errors).toBe(6);
});

it('an entry that is taken twice counts once', () => {
  const state = new ReportState(head);
  const comment: ConversationEntry = {
    type: 'comment',
    id: id(1),
    atMs: 5000,
    by: 'technician',
    author: 'Ada',
    text: 'x',
  };
  state.apply(comment);
  state.apply(comment);
  state.apply({ ...comment, atMs: 9000 });
  expect(state.summary()).toMatchObject({ comments: 1, updatedMs: 5000 });
});

it('has not arrived before its first part, good or bad; technicians cannot make it arrive', () => {
  const state = new ReportState(head);
  expect(state.summary()).toMatchObject({ status: 'new', updatedMs: 1000, parts: [] });
  state.apply({ type: 'status', id: id(1), atMs: 3000, by: 'technician', author: 'Ada', status: 'open' });
  expect(state.arrivedMs).toBeUndefined();
  state.apply({ type: 'quarantine', id: id(2), atMs: 4000, by: 'desk', part: part(0), code: 'not-a-zip', reason: '' });
  expect(state.arrivedMs).toBe(4000);
  expect(state.summary()).toMatchObject({ status: 'open', quarantined: 1, bytes: 0, updatedMs: 4000 });
});

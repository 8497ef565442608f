import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseLaneLines } from '../../../../src/shared/bundle/parse-lines.js';
import { MaskedValues } from '../../../../src/shared/privacy/masked-values.js';
import { createScrubber } from '../../../../src/shared/privacy/scrubber.js';
import type { LiveEvent } from '../../../../src/shared/session/live-event.js';

const SESSION = '7e2c9c4e-3f3b-4d1f-9a51-0f6a4c8b2d10';
const chat: LiveEvent = { type: 'live', t: 10, session: SESSION, kind: 'chat', from: 'customer', text: 'It is gone.' };

const linesOf = (...events: readonly unknown[]): Uint8Array =>
  new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''));

it('reads what was said, and counts what is no event of the lane', () => {
  const { events, badLines, unknownEvents } = parseLaneLines(
    linesOf(
      chat,
      { ...chat, from: 'nobody' },
      { ...chat, session: 'not a session' },
      { ...chat, kind: 'grant', grant: SESSION, what: 'chat', state: 'given' },
      { ...chat, type: 'log' },
      { ...chat, type: 'dream' },
    ),
    'live',
  );
  expect(events.map((event) => event.type === 'live' && event.kind)).toEqual(['chat', 'grant']);
  expect({ badLines, unknownEvents }).toEqual({ badLines: 3, unknownEvents: 1 });
});

it('keeps a grant that this version does not know by its name', () => {
  const ask = { ...chat, kind: 'grant', grant: SESSION, what: 'fly-the-plane', state: 'asked' };
  expect(parseLaneLines(linesOf(ask), 'live').events).toHaveLength(1);
});

it('never throws, and never takes anything for more than it is', () => {
  fc.assert(
    fc.property(fc.record({ kind: fc.string(), t: fc.anything(), text: fc.anything() }), (some) => {
      const { events, badLines } = parseLaneLines(linesOf({ ...chat, ...some }), 'live');
      expect(events.length + badLines).toBe(1);
    }),
  );
});

it('is masked where people wrote, and nowhere else', () => {
  const masked = new MaskedValues();
  masked.add('chat', 'field');
  masked.add('Miller', 'field');
  const scrubber = createScrubber(masked);
  const event = (one: LiveEvent): LiveEvent => scrubber.event(one);
  expect(event({ ...chat, text: 'I am Miller' })).toMatchObject({ kind: 'chat', text: 'I am ***' });
  const grant = { type: 'live', t: 1, session: SESSION, kind: 'grant', grant: SESSION, what: 'chat' } as const;
  const asked = event({ ...grant, state: 'asked', why: 'Miller asked', text: 'The technician asks to chat.' });
  expect(asked).toMatchObject({ what: 'chat', why: '*** asked', text: 'The technician asks to ***.' });
  const known = { type: 'live', t: 1, session: SESSION, kind: 'with', text: '', isVerified: true } as const;
  expect(event({ ...known, name: 'Ann Miller' })).toMatchObject({ name: 'Ann ***' });
});

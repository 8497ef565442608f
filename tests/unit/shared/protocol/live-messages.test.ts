import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askStatement, GRANT_WORDS, GRANTS } from '../../../../src/shared/protocol/live-grants.js';
import { isPublisherMessage, isSubscriberMessage } from '../../../../src/shared/protocol/live-messages.js';
import { parseControl } from '../../../../src/shared/protocol/live.js';

const ID = '0b9f6a52-7d0e-4b7a-9a55-0c6a1f3f6a10';
const KEY = 'A'.repeat(43);
const proof = { signingKey: KEY, number: 1, sentMs: 5, signature: `${'A'.repeat(85)}A` };

describe('what is said in an open session', () => {
  test.each([
    { type: 'grant-asked', grant: ID, kind: 'commands', reason: 'to see', durationMs: 60_000, proof },
    { type: 'grant-given', grant: ID, kind: 'view-dom', untilMs: 1 },
    { type: 'grant-withdrawn', grant: ID, reason: 'idle' },
    { type: 'chat', id: ID, text: 'Hello', atMs: 1 },
    { type: 'doing', what: 'pointing' },
    { type: 'checkout-asked' },
    { type: 'screenshot-asked', request: ID },
    { type: 'screenshot-failed', request: ID, code: 'screen-denied', message: 'No.' },
    { type: 'video-wanted', maxHeight: 1080, maxFrameRate: 15 },
    { type: 'video-state', state: 'on', surface: 'app', width: 1920, height: 1080, codec: 'AV1' },
    { type: 'quality', roundTripMs: 12, lossRatio: 0 },
    {
      type: 'welcome',
      session: ID,
      app: { name: 'Fluxion', version: '1' },
      install: { signingKey: KEY, recipient: `age1${'q'.repeat(58)}` },
      startedMs: 1,
      offers: ['view-dom'],
    },
  ])('$type is read', (message) => {
    expect(parseControl(JSON.stringify(message))).toEqual(message);
  });

  test.each([
    { type: 'grant-asked', grant: ID, kind: 'press' },
    { type: 'grant-asked', grant: ID, kind: 'chat', durationMs: 1e12 },
    { type: 'grant-asked', grant: ID, kind: 'commands', proof: { ...proof, signature: 'no' } },
    { type: 'chat', id: ID, text: '   ', atMs: 1 },
    { type: 'chat', id: ID, text: 'x'.repeat(2001), atMs: 1 },
    { type: 'doing', what: '<b>' },
    { type: 'video-wanted', maxHeight: 1e9, maxFrameRate: 15 },
    { type: 'quality', lossRatio: 2 },
  ])('is refused where it says too much (%#)', (message) => {
    expect(parseControl(JSON.stringify(message))).toBeUndefined();
  });

  test('each side says its own', () => {
    const given = { type: 'grant-given', grant: ID, kind: 'chat' } as const;
    expect([isPublisherMessage(given), isSubscriberMessage(given)]).toEqual([true, false]);
    const asked = { type: 'screenshot-asked', request: ID } as const;
    expect([isPublisherMessage(asked), isSubscriberMessage(asked)]).toEqual([false, true]);
  });

  test('every grant has words', () => {
    for (const kind of GRANTS) expect(GRANT_WORDS[kind].allows).toMatch(/\.$/);
  });
});

describe('what a technician signs', () => {
  const session = { session: ID, words: ['a', 'b', 'c', 'd'] };
  const ask = { grant: ID, kind: 'commands', reason: 'why' } as const;
  const at = { number: 1, sentMs: 2 };

  test('differs with everything that is said in it', () => {
    const texts = [
      askStatement(session, ask, at),
      askStatement({ ...session, session: ID.replace('0', '1') }, ask, at),
      askStatement({ ...session, words: ['a', 'b', 'c', 'e'] }, ask, at),
      askStatement(session, { ...ask, kind: 'chat' }, at),
      askStatement(session, { ...ask, reason: 'what' }, at),
      askStatement(session, { ...ask, durationMs: 5000 }, at),
      askStatement(session, ask, { ...at, number: 2 }),
      askStatement(session, ask, { ...at, sentMs: 3 }),
    ].map((bytes) => new TextDecoder().decode(bytes));
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('cannot be read in two ways: words that hold quotes or commas stay words', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.string(), (words, reason) => {
        const text = new TextDecoder().decode(askStatement({ session: ID, words }, { ...ask, reason }, at));
        expect(JSON.parse(text)).toEqual([ID, words, 1, 2, ID, 'commands', reason, null]);
      }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../../src/shared/crypto/base64url.js';
import type { Signal } from '../../../src/shared/protocol/live.js';
import { ManInTheMiddle } from './man-in-the-middle.js';
import { comparingPair, makePair, openPair, Wire, type Side } from './pair.js';

// A signaling that lies. In every run the words differ, or the session refuses.

const RUNS = 8;
const someKey = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

describe('somebody between the two sides', () => {
  test.each(['bridge', 'own'] as const)('makes the words differ in every run (%s)', async (manner) => {
    for (let run = 0; run < RUNS; run += 1) {
      const wire = new Wire();
      new ManInTheMiddle(wire, manner);
      const { publisher, subscriber } = await comparingPair(wire);
      expect(publisher.session.state.words).toHaveLength(4);
      expect(publisher.session.state.words).not.toEqual(subscriber.session.state.words);
      await Promise.all([publisher.session.wordsDiffer(), subscriber.session.wordsDiffer()]);
    }
  });
});

describe('a signaling', () => {
  test.each(['publisher', 'subscriber'] as const)(
    'that swaps the fingerprint of the %s leaves no connection',
    async (swapped) => {
      const wire = new Wire();
      wire.meddle = (from, signal) => [
        from === swapped && 'description' in signal
          ? { ...signal, description: { ...signal.description, fingerprint: someKey() } }
          : signal,
      ];
      const pair = makePair(wire, { deadlines: { routing: 3000, securing: 3000 } });
      wire.join();
      await Promise.all([pair.publisher.reach('ended'), pair.subscriber.reach('ended')]);
      // Whoever was lied to notices; the other one is refused, or told by signaling.
      expect([pair.publisher.code, pair.subscriber.code]).toEqual(['live-not-secured', 'live-not-secured']);
      expect([...pair.publisher.states, ...pair.subscriber.states].some(({ words }) => words !== undefined)).toBe(
        false,
      );
    },
  );

  test('that changes the commitment is refused', async () => {
    const wire = new Wire();
    wire.meddle = (_from, signal) => [signal.kind === 'offer' ? { ...signal, commitment: 'A'.repeat(22) } : signal];
    const { publisher, subscriber } = makePair(wire);
    wire.join();
    await subscriber.reach('ended');
    expect(subscriber.code).toBe('live-tampered');
    expect(subscriber.states.some(({ words }) => words !== undefined)).toBe(false);
    await publisher.reach('ended');
  });

  test('that replays an earlier session opens nothing with it', async () => {
    const earlier: { from: Side; signal: Signal }[] = [];
    const recorded = new Wire();
    recorded.meddle = (from, signal) => {
      earlier.push({ from, signal });
      return [signal];
    };
    await comparingPair(recorded);
    const wire = new Wire();
    const { publisher, subscriber } = makePair(wire, { deadlines: { signaling: 1500, routing: 1500, securing: 1500 } });
    wire.meddle = () => [];
    wire.join();
    for (const { from, signal } of earlier) {
      (from === 'publisher' ? wire.subscriber : wire.publisher).listener?.signal(signal);
    }
    await Promise.all([publisher.reach('ended'), subscriber.reach('ended')]);
    // The publisher takes no answer to another offer. Who made that offer is still there, and has its peer.
    expect([publisher.code, subscriber.code]).toEqual(['live-no-answer', 'live-no-answer']);
  });

  test('that replays and reorders within a session changes nothing, or ends it', async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const wire = new Wire();
      const passed: Signal[] = [];
      const held: Signal[] = [];
      wire.meddle = (_from, signal) => {
        passed.push(signal);
        // Candidates wait for a later moment, in another order; everything comes again.
        if (signal.kind === 'candidate' && held.length < 3) {
          held.unshift(signal);
          return [];
        }
        return [signal, ...passed.filter(({ kind }) => kind === signal.kind), ...held.splice(0)].sort(
          () => Math.random() - 0.5,
        );
      };
      const { publisher, subscriber } = makePair(wire, { deadlines: { signaling: 5000, routing: 5000 } });
      wire.join();
      await Promise.all(
        [publisher, subscriber].map((side) => side.until(() => ['comparing', 'ended'].includes(side.phase))),
      );
      if (publisher.phase === 'comparing' && subscriber.phase === 'comparing') {
        expect(publisher.session.state.words).toEqual(subscriber.session.state.words);
      }
    }
  });

  test('can do nothing any more once the two are connected', async () => {
    const wire = new Wire();
    const offers: Signal[] = [];
    wire.meddle = (_from, signal) => {
      offers.push(signal);
      return [signal];
    };
    const { publisher, subscriber } = await openPair(wire);
    for (const signal of [...offers, { kind: 'end' } as const]) {
      wire.subscriber.listener?.signal(signal);
      wire.publisher.listener?.signal(signal);
    }
    wire.join();
    await publisher.session.channel('input').send('still here');
    await subscriber.until(() => subscriber.messages.length === 1);
    expect([publisher.phase, subscriber.phase]).toEqual(['open', 'open']);
  });

  test('cannot make a side begin for ever', async () => {
    const wire = new Wire();
    const { publisher } = makePair(wire);
    wire.meddle = () => [];
    for (let round = 0; round < 30; round += 1) wire.publisher.listener?.joined();
    await publisher.reach('ended');
    expect(publisher.code).toBe('live-flooded');
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIVE_VERSION, type Signal } from '../../../src/shared/protocol/live.js';
import { openPair, Teller, Wire, type Pair } from './pair.js';

// A connection that is lost, and what becomes of the session. Real networks are lost in tests/integration/live/networks.test.ts.

const Real = RTCPeerConnection;
let made: RTCPeerConnection[] = [];
beforeEach(() => {
  made = [];
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made.push(this);
    }
  };
});
afterEach(() => {
  globalThis.RTCPeerConnection = Real;
});

/** What a browser does with a page that is gone: the other side's connection ends, and no program says a word. */
function cut({ publisher, subscriber }: Pair): void {
  expect([publisher.phase, subscriber.phase]).toEqual(['open', 'open']);
  for (const connection of made.splice(0)) connection.close();
}

function phasesAfter(side: Teller, count: number): string[] {
  const phases = side.states.slice(count).map(({ phase }) => phase);
  return phases.filter((phase, index) => phase !== phases[index - 1]);
}

describe('a session whose connection is lost', () => {
  test('comes back without new words, as the certificates are the same', async () => {
    const pair = await openPair();
    const sides = [pair.publisher, pair.subscriber];
    const counts = sides.map(({ states }) => states.length);
    cut(pair);
    await Promise.all(sides.map((side) => side.reach('reconnecting')));
    expect(() => pair.publisher.session.channel('dom')).toThrow('ended');
    await Promise.all(sides.map((side) => side.reach('open')));
    expect(sides.map(({ session }) => session.state.isResumed)).toEqual([true, true]);
    for (const [index, side] of sides.entries())
      expect(phasesAfter(side, counts[index] ?? 0)).toEqual(['reconnecting', 'open']);
    await pair.subscriber.session.channel('input').send('back');
    await pair.publisher.until(() => pair.publisher.messages.length === 1);
  });

  test('comes back as often as it is lost', async () => {
    const pair = await openPair();
    for (let round = 0; round < 25; round += 1) {
      cut(pair);
      await Promise.all([pair.publisher.reach('reconnecting'), pair.subscriber.reach('reconnecting')]);
      await Promise.all([pair.publisher.reach('open'), pair.subscriber.reach('open')]);
    }
  });

  test('waits for an app that is loaded anew, and then asks for the words again', async () => {
    const { wire, publisher, subscriber } = await openPair();
    const before = subscriber.session.state.words;
    publisher.session.leave();
    await subscriber.reach('reconnecting');
    const returned = new Teller({ role: 'publisher', signaling: wire.publisher });
    wire.join();
    await Promise.all([returned.reach('comparing'), subscriber.reach('comparing')]);
    expect(subscriber.session.state).toMatchObject({ hasConfirmed: false, isResumed: false });
    expect(subscriber.session.state.words).not.toEqual(before);
    expect(returned.session.state.words).toEqual(subscriber.session.state.words);
    expect(() => subscriber.session.channel('dom')).toThrow('ended');
    subscriber.session.confirm();
    returned.session.confirm();
    await Promise.all([returned.reach('open'), subscriber.reach('open')]);
  });

  test('takes the offer of an app that came back before it was missed', async () => {
    const { wire, subscriber } = await openPair();
    const gone = made.splice(0);
    // Its page is gone, and the next one is there at once.
    const returned = new Teller({ role: 'publisher', signaling: wire.publisher });
    wire.join();
    await returned.until(() => made.length > 0, 'an offer');
    expect(subscriber.phase).toBe('open');
    gone[0]?.close();
    await Promise.all([returned.reach('comparing'), subscriber.reach('comparing')]);
    expect(returned.session.state.words).toEqual(subscriber.session.state.words);
  });

  test('is searched for only so long, and both say so', async () => {
    const pair = await openPair(new Wire(), { reconnectMs: 1500 });
    pair.wire.meddle = (_from, signal) => (signal.kind === 'end' ? [signal] : []);
    cut(pair);
    await Promise.all([pair.publisher.reach('ended'), pair.subscriber.reach('ended')]);
    expect([pair.publisher.code, pair.subscriber.code]).toEqual(['live-lost', 'live-lost']);
  });

  test('ends on both sides when a person ends it meanwhile', async () => {
    const pair = await openPair();
    pair.wire.meddle = (_from, signal) => (signal.kind === 'end' ? [signal] : []);
    cut(pair);
    await Promise.all([pair.publisher.reach('reconnecting'), pair.subscriber.reach('reconnecting')]);
    await pair.publisher.session.end();
    await pair.subscriber.reach('ended');
    expect([pair.publisher.code, pair.subscriber.code]).toEqual(['live-closed', 'live-ended']);
  });

  test('does not come back with somebody else without their words', async () => {
    const pair = await openPair();
    // Whoever carries signals answers in the subscriber's place, with a certificate of its own.
    const { wire } = pair;
    pair.wire.subscriber.listener = undefined;
    const stranger = new Teller({ role: 'subscriber', signaling: wire.subscriber });
    cut(pair);
    await pair.publisher.reach('reconnecting');
    wire.join();
    await Promise.all([pair.publisher.reach('comparing'), stranger.reach('comparing')]);
    stranger.session.confirm();
    await pair.publisher.until(() => pair.publisher.session.state.hasOtherConfirmed);
    expect(pair.publisher.phase).toBe('comparing');
    expect(() => pair.publisher.session.channel('dom')).toThrow('ended');
  });

  test('is not ended by an offer that somebody makes up', async () => {
    const { wire, publisher, subscriber } = await openPair();
    const key = 'A'.repeat(43);
    const offer: Signal = {
      kind: 'offer',
      v: LIVE_VERSION,
      offer: '0123456789abcdef',
      commitment: 'A'.repeat(22),
      description: { ufrag: 'abcd', pwd: 'a'.repeat(24), fingerprint: key, candidates: [] },
    };
    for (let count = 0; count < 100; count += 1) wire.subscriber.listener?.signal(offer);
    await publisher.session.channel('input').send('still here');
    await subscriber.until(() => subscriber.messages.length === 1);
    expect([publisher.phase, subscriber.phase]).toEqual(['open', 'open']);
  });
});

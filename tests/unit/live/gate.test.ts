import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../../src/shared/crypto/base64url.js';
import { commitmentTo, mintNonce } from '../../../src/shared/crypto/safety-words.js';
import { LIVE_VERSION, type ControlMessage } from '../../../src/shared/protocol/live.js';
import { LiveError } from '../../../src/shared/protocol/live-errors.js';
import { PublisherGate, SubscriberGate, type GateFingerprints } from '../../../src/live/gate.js';

const key = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

function gates(fingerprints: GateFingerprints = { publisher: key(), subscriber: key() }, forSubscriber = fingerprints) {
  const nonce = mintNonce();
  return {
    nonce,
    publisher: new PublisherGate({ fingerprints, nonce, name: 'Ada' }),
    subscriber: new SubscriberGate({
      fingerprints: forSubscriber,
      commitment: commitmentTo(nonce),
      name: 'Bo\u202e\nb',
    }),
  };
}

function exchange({ publisher, subscriber }: ReturnType<typeof gates>): {
  hello: ControlMessage;
  reveal: ControlMessage;
} {
  const hello = subscriber.start();
  const reveal = publisher.receive(hello);
  if (reveal === undefined) throw new Error('nothing revealed');
  subscriber.receive(reveal);
  return { hello, reveal };
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof LiveError) return error.code;
    throw error;
  }
  return undefined;
}

describe('the gate', () => {
  test('opens when both have confirmed, in either order', () => {
    for (const order of ['publisher first', 'subscriber first']) {
      const both = gates();
      exchange(both);
      const { publisher, subscriber } = both;
      expect(publisher.words).toEqual(subscriber.words);
      const [first, second] = order === 'publisher first' ? [publisher, subscriber] : [subscriber, publisher];
      const confirmed = first.confirm();
      expect(first.passage).toBe('hold');
      expect(second.passage).toBe('shut');
      if (confirmed !== undefined) second.receive(confirmed);
      expect(second.passage).toBe('shut');
      const back = second.confirm();
      expect(second.passage).toBe('open');
      if (back !== undefined) first.receive(back);
      expect(first.passage).toBe('open');
    }
  });

  test('shows other words when a certificate was swapped, on either side', () => {
    const fingerprints = { publisher: key(), subscriber: key() };
    for (const swapped of ['publisher', 'subscriber'] as const) {
      const both = gates(fingerprints, { ...fingerprints, [swapped]: key() });
      exchange(both);
      expect(both.publisher.words).not.toEqual(both.subscriber.words);
    }
  });

  test('refuses a nonce that the offer was not committed to', () => {
    const both = gates();
    const hello = both.subscriber.start();
    both.publisher.receive(hello);
    const other: ControlMessage = { type: 'reveal', v: LIVE_VERSION, nonce: mintNonce() };
    expect(codeOf(() => both.subscriber.receive(other))).toBe('live-tampered');
    expect(both.subscriber.words).toBeUndefined();
  });

  test('reveals the nonce only after the other side has told its own', () => {
    const { publisher, nonce } = gates();
    expect(publisher.words).toBeUndefined();
    expect(publisher.confirm()).toBeUndefined();
    expect(publisher.receive({ type: 'hello', v: LIVE_VERSION, nonce: mintNonce() })).toMatchObject({ nonce });
  });

  test('refuses every message out of its turn', () => {
    const both = gates();
    const { hello, reveal } = exchange(both);
    expect(codeOf(() => both.publisher.receive(hello))).toBe('live-tampered');
    expect(codeOf(() => both.subscriber.receive(reveal))).toBe('live-tampered');
    expect(codeOf(() => both.publisher.receive(reveal))).toBe('live-too-early');
    expect(codeOf(() => both.subscriber.receive(hello))).toBe('live-too-early');
    both.publisher.receive({ type: 'confirm' });
    expect(codeOf(() => both.publisher.receive({ type: 'confirm' }))).toBe('live-tampered');
    expect(codeOf(() => gates().publisher.receive({ type: 'confirm' }))).toBe('live-tampered');
    expect(codeOf(() => gates().subscriber.receive({ type: 'confirm' }))).toBe('live-tampered');
  });

  test('tells of another version', () => {
    const { publisher } = gates();
    expect(codeOf(() => publisher.receive({ type: 'hello', v: 2, nonce: mintNonce() }))).toBe('live-version');
  });

  test('shows a name without what could change the line around it', () => {
    const both = gates();
    exchange(both);
    expect(both.publisher.otherName).toBe('Bo b');
    expect(both.subscriber.otherName).toBe('Ada');
  });
});

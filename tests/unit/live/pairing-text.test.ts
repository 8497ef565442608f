import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mintNonce } from '../../../src/shared/crypto/safety-words.js';
import { toBase64Url } from '../../../src/shared/crypto/base64url.js';
import type { Candidate, Offer } from '../../../src/shared/protocol/live.js';
import { LiveError } from '../../../src/shared/protocol/live-errors.js';
import {
  MAX_PAIRING_TEXT_LENGTH,
  PAIRING_LIFE_MS,
  readAnswerText,
  readOfferText,
  writeAnswerText,
  writeOfferText,
} from '../../../src/live/pairing/pairing-text.js';

const NOW_MS = Date.UTC(2026, 10, 23, 9, 30);
const ICE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const iceText = (min: number, max: number) =>
  fc
    .array(fc.constantFrom(...ICE.split(/(?=.)/)), { minLength: min, maxLength: max })
    .map((characters) => characters.join(''));
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.uuid().map((uuid) => `${uuid}.local`),
);
const candidate: fc.Arbitrary<Candidate> = fc
  .record({
    type: fc.constantFrom('host', 'srflx', 'relay'),
    address,
    port: fc.integer({ min: 1, max: 65_535 }),
    priority: fc.integer({ min: 1, max: 0x7fffffff }),
  })
  .filter((made) => made.type === 'host' || !made.address.endsWith('.local'));
const offers: fc.Arbitrary<Offer> = fc.record({
  offer: fc.constant('0123456789abcdef'),
  commitment: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(toBase64Url),
  description: fc.record({
    ufrag: iceText(4, 19),
    pwd: iceText(22, 37),
    fingerprint: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64Url),
    candidates: fc.array(candidate, { maxLength: 12 }),
  }),
});

function anOffer(candidates: readonly Candidate[] = []): Offer {
  return {
    offer: '0123456789abcdef',
    commitment: mintNonce(),
    description: {
      ufrag: 'aB3+',
      pwd: 'abcdefghijklmnopqrstuv/x',
      fingerprint: toBase64Url(crypto.getRandomValues(new Uint8Array(32))),
      candidates: [...candidates],
    },
  };
}

const host: Candidate = { type: 'host', address: '192.168.1.20', port: 50_001, priority: 2_113_937_151 };
const hidden: Candidate = { ...host, address: 'f1e2d3c4-b5a6-4798-8a9b-0c1d2e3f4a5b.local' };
const srflx: Candidate = { type: 'srflx', address: '198.51.100.1', port: 61_000, priority: 1_677_729_535 };
const relay: Candidate = { type: 'relay', address: '198.51.100.10', port: 50_010, priority: 33_562_367 };
const global6: Candidate = { type: 'host', address: '2001:db8::7', port: 50_002, priority: 2_113_932_031 };

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof LiveError) return error.code;
    throw error;
  }
  return undefined;
}

/** What a candidate keeps of itself in a text. */
const placeOf = ({ type, address: at, port }: Candidate) =>
  `${type} ${at.includes(':') ? new URL(`http://[${at}]/`).hostname : at} ${port}`;

describe('a pairing text', () => {
  test('carries any offer in 160 characters, with as many candidates as fit', () => {
    fc.assert(
      fc.property(offers, (offer) => {
        const text = writeOfferText(offer, NOW_MS);
        expect(text).toMatch(/^[0-9A-Za-z]+$/);
        expect(text.length).toBeLessThanOrEqual(MAX_PAIRING_TEXT_LENGTH);
        const read = readOfferText(text, NOW_MS);
        const { candidates, ...rest } = read.offer.description;
        const { candidates: given, ...restGiven } = offer.description;
        expect(rest).toEqual(restGiven);
        expect(read.offer.commitment).toBe(offer.commitment);
        expect(given.map(placeOf)).toEqual(expect.arrayContaining(candidates.map(placeOf)));
        if (given.length > 0 && restGiven.ufrag.length + restGiven.pwd.length <= 28) expect(candidates).not.toEqual([]);
      }),
    );
  });

  test('carries any answer, bound to its offer', () => {
    fc.assert(
      fc.property(offers, offers, (offer, other) => {
        const offerText = writeOfferText(offer, NOW_MS);
        const text = writeAnswerText({ offer: offer.offer, description: other.description }, offerText);
        expect(text.length).toBeLessThanOrEqual(MAX_PAIRING_TEXT_LENGTH);
        expect(readAnswerText(text, offerText).fingerprint).toBe(other.description.fingerprint);
        const otherText = writeOfferText(other, NOW_MS);
        if (otherText !== offerText) expect(codeOf(() => readAnswerText(text, otherText))).toBe('pairing-other-offer');
      }),
    );
  });

  test('has room for the candidates of a usual computer, the most useful first', () => {
    const offer = anOffer([hidden, host, global6, srflx, relay]);
    const { candidates } = readOfferText(writeOfferText(offer, NOW_MS), NOW_MS).offer.description;
    expect(candidates.map(placeOf)).toEqual([relay, srflx, host, global6].map(placeOf));
    const priorities = Object.fromEntries(candidates.map(({ type, priority }) => [type, priority]));
    expect(priorities['srflx']).toBeGreaterThan(priorities['relay'] ?? Infinity);
  });

  test('comes through a mail program and a chat', () => {
    const text = writeOfferText(anOffer([host]), NOW_MS);
    const mangled = `> “${text.slice(0, 40)}\r\n> ${text.slice(40, 41)}\u200b${text.slice(41)}”\n`;
    expect(readOfferText(mangled, NOW_MS).text).toBe(text);
  });

  test('says when it is too old, and when a clock is wrong', () => {
    const text = writeOfferText(anOffer(), NOW_MS);
    expect(codeOf(() => readOfferText(text, NOW_MS + PAIRING_LIFE_MS))).toBeUndefined();
    expect(codeOf(() => readOfferText(text, NOW_MS + 2 * PAIRING_LIFE_MS))).toBe('pairing-too-old');
    expect(codeOf(() => readOfferText(text, NOW_MS - PAIRING_LIFE_MS))).toBe('pairing-clock');
  });

  test('says when its end is missing, wherever it was cut', () => {
    const text = writeOfferText(anOffer([host, srflx]), NOW_MS);
    for (let length = 3; length < text.length; length += 1) {
      expect(codeOf(() => readOfferText(text.slice(0, length), NOW_MS))).toBe('pairing-incomplete');
    }
  });

  test('says when one character is another one, wherever it is', () => {
    const text = writeOfferText(anOffer([host, srflx]), NOW_MS);
    for (let at = 3; at < text.length; at += 1) {
      const other = text.charAt(at) === 'k' ? 'm' : 'k';
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      expect(codeOf(() => readOfferText(changed, NOW_MS))).toBe('pairing-mistyped');
      const without = text.slice(0, at) + text.slice(at + 1);
      expect(codeOf(() => readOfferText(without, NOW_MS))).toBe('pairing-incomplete');
    }
  });

  test('says when it is the wrong one of the two, or of a newer version', () => {
    const offerText = writeOfferText(anOffer([host]), NOW_MS);
    const answerText = writeAnswerText(
      { offer: '0123456789abcdef', description: anOffer([host]).description },
      offerText,
    );
    expect(codeOf(() => readOfferText(answerText, NOW_MS))).toBe('pairing-own-kind');
    expect(codeOf(() => readAnswerText(offerText, offerText))).toBe('pairing-own-kind');
    expect(codeOf(() => readOfferText(`K${offerText.slice(1)}`, NOW_MS))).toBe('pairing-newer');
  });

  test('is nothing else: any text is read or refused by a code, and none is read by chance', () => {
    const valid = writeOfferText(anOffer([host]), NOW_MS);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'grapheme' }),
          fc.string().map((tail) => `F2m${tail}`),
        ),
        (text) => {
          expect(codeOf(() => readOfferText(text, NOW_MS))).toMatch(/^pairing-/);
          expect(codeOf(() => readAnswerText(text, valid))).toMatch(/^pairing-/);
        },
      ),
    );
    expect(codeOf(() => readOfferText('x'.repeat(1_000_000), NOW_MS))).toBe('pairing-unreadable');
  });
});

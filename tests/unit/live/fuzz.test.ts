import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candidateLine, parseCandidateLine } from '../../../src/live/candidate-line.js';
import { keepsFingerprint, readDescription, writeDescription } from '../../../src/live/description.js';
import { LaterOffer } from '../../../src/live/later-offer.js';
import { QualityMeter } from '../../../src/live/quality.js';
import { TokenBucket } from '../../../src/live/token-bucket.js';
import { LiveError } from '../../../src/shared/protocol/live-errors.js';
import {
  MAX_CANDIDATES,
  parseSignal,
  type Candidate,
  type Description,
  type Signal,
} from '../../../src/shared/protocol/live.js';
import { runs } from '../../lab/fuzz.js';

// Whatever comes from the other side, or from whoever carries its signals.

const ICE = fc.constantFrom(...Array.from('ABCXYZabcxyz0189+/'));
const iceText = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: ICE, minLength, maxLength });
const candidate: fc.Arbitrary<Candidate> = fc.record({
  type: fc.constantFrom('host', 'srflx', 'relay'),
  address: fc.oneof(
    fc.ipV4(),
    fc
      .array(fc.nat(0xffff), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.map((group) => group.toString(16)).join(':')),
    fc.uuid().map((uuid) => `${uuid}.local`),
  ),
  port: fc.integer({ min: 1, max: 65_535 }),
  priority: fc.integer({ min: 1, max: 0x7fffffff }),
});
const description: fc.Arbitrary<Description> = fc.record({
  ufrag: iceText(4, 19),
  pwd: iceText(22, 37),
  fingerprint: fc.constant('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'),
  candidates: fc.array(candidate, { maxLength: MAX_CANDIDATES }),
});
const offerId = fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 16, maxLength: 16 });
const signal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({
    kind: fc.constant('offer' as const),
    v: fc.nat(3),
    offer: offerId,
    commitment: fc.constant('A'.repeat(22)),
    description,
  }),
  fc.record({ kind: fc.constant('answer' as const), offer: offerId, description }),
  fc.record({ kind: fc.constant('candidate' as const), offer: offerId, candidate }),
  fc.record({ kind: fc.constant('end' as const), code: fc.constant('live-declined') }),
);

/** A text that was something: pieces of it cut out, repeated, or replaced. */
function broken(text: string, at: number, length: number, put: string): string {
  const from = Math.floor(at * text.length);
  return text.slice(0, from) + put + text.slice(from + length);
}
const breaking = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20), fc.string({ maxLength: 8 }));

/** What may stand in an SDP that our own browser is given. */
const LINE =
  /^(v=0|o=- 1 1 IN IP4 0\.0\.0\.0|s=-|t=0 0|c=IN IP4 0\.0\.0\.0|m=application 9 UDP\/DTLS\/SCTP webrtc-datachannel|a=(group:BUNDLE 0|mid:0|ice-ufrag:[\w+/]{4,19}|ice-pwd:[\w+/]{22,37}|ice-options:trickle|fingerprint:sha-256 [0-9A-F:]{95}|setup:(actpass|active)|sctp-port:5000|max-message-size:65536|candidate:\d{2} 1 udp \d+ [\w.:-]+ \d+ typ (host|srflx|relay)( raddr 0\.0\.0\.0 rport 0)?))$/;

describe('a signal', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(signal, (sent) => {
        expect(parseSignal(JSON.stringify(sent))).toEqual(sent);
      }),
    );
  });

  test('that was broken is a signal or none, and never brings a line of its own into an SDP', () => {
    fc.assert(
      fc.property(signal, breaking, (sent, [at, length, put]) => {
        const read = parseSignal(broken(JSON.stringify(sent), at, length, put));
        if (read === undefined || !('description' in read)) return;
        const lines = writeDescription('offer', read.description).split('\r\n');
        expect(lines.pop()).toBe('');
        for (const line of lines) expect(line).toMatch(LINE);
      }),
      { numRuns: runs(2000) },
    );
  });
});

describe('an SDP', () => {
  test('of a browser is read back as it was written', () => {
    fc.assert(
      fc.property(description, (given) => {
        expect(readDescription(writeDescription('answer', given))).toEqual(given);
      }),
    );
  });

  test('that was broken is read or refused by its code, and keeps a certificate or not', () => {
    fc.assert(
      fc.property(description, breaking, (given, [at, length, put]) => {
        const sdp = broken(writeDescription('offer', given), at, length, put);
        expect(typeof keepsFingerprint(sdp, given.fingerprint)).toBe('boolean');
        try {
          readDescription(sdp);
        } catch (error) {
          expect(error).toBeInstanceOf(LiveError);
        }
      }),
      { numRuns: runs(1000) },
    );
    fc.assert(fc.property(fc.string(), (sdp) => !keepsFingerprint(sdp, 'A'.repeat(43))));
  });
});

describe('a candidate', () => {
  test('is read as it was written, in whichever round', () => {
    fc.assert(
      fc.property(candidate, fc.nat(1000), (given, round) => {
        expect(parseCandidateLine(candidateLine(given, round))).toEqual(given);
        // RFC 8839, section 5.1.
        expect(candidateLine(given, round)).toMatch(/^candidate:[A-Za-z0-9+/]{1,32} 1 udp /);
      }),
    );
  });

  test('that was broken is a candidate or none', () => {
    fc.assert(
      fc.property(candidate, breaking, (given, [at, length, put]) => {
        const read = parseCandidateLine(broken(candidateLine(given), at, length, put));
        if (read !== undefined) expect(parseCandidateLine(candidateLine(read))).toEqual(read);
      }),
      { numRuns: runs(1000) },
    );
  });
});

describe('what is kept for later', () => {
  const offer = (id: string): Signal => ({
    kind: 'offer',
    v: 1,
    offer: id,
    commitment: 'A'.repeat(22),
    description: { ufrag: 'abcd', pwd: 'a'.repeat(24), fingerprint: 'A'.repeat(43), candidates: [] },
  });
  const found = (id: string): Signal => ({
    kind: 'candidate',
    offer: id,
    candidate: { type: 'host', address: '192.0.2.1', port: 1, priority: 1 },
  });

  test('is the newest offer, with its own candidates, bounded, once, and for a minute', () => {
    let nowMs = 0;
    const later = new LaterOffer(() => nowMs);
    expect(later.take()).toBeUndefined();
    later.keep(offer('1'.repeat(16)));
    later.keep(offer('2'.repeat(16)));
    later.keep(found('1'.repeat(16)));
    for (let count = 0; count < 500; count += 1) later.keep(found('2'.repeat(16)));
    const taken = later.take();
    expect(taken?.signal.offer).toBe('2'.repeat(16));
    expect(taken?.candidates).toHaveLength(48);
    expect(later.take()).toBeUndefined();
    later.keep(offer('3'.repeat(16)));
    nowMs = 60_001;
    expect(later.take()).toBeUndefined();
  });
});

describe('statistics', () => {
  test('of any browser make some quality, or none', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.constant(undefined), fc.boolean());
    const names = [
      'selectedCandidatePairId',
      'localCandidateId',
      'currentRoundTripTime',
      'requestsSent',
      'fractionLost',
    ];
    const report = fc.tuple(
      fc.constantFrom('transport', 'candidate-pair', 'inbound-rtp', 'remote-inbound-rtp'),
      fc.dictionary(fc.constantFrom(...names, 'packetsLost', 'packetsReceived', 'bytesSent', 'id'), value),
    );
    fc.assert(
      fc.property(fc.array(report, { maxLength: 8 }), (reports) => {
        const meter = new QualityMeter();
        const stats = new Map(reports.map(([type, fields], at) => [at, { ...fields, type }]));
        for (let time = 0; time < 2; time += 1) {
          const { lossRatio = 0, sentBytes } = meter.read(stats);
          expect(lossRatio).toBeGreaterThanOrEqual(0);
          expect(lossRatio).toBeLessThanOrEqual(1);
          expect(Number.isFinite(sentBytes)).toBe(true);
        }
      }),
      { examples: [[[['remote-inbound-rtp', { id: '', fractionLost: -5e-324 }]]]] },
    );
  });
});

describe('a budget', () => {
  test('lets through its burst and its rate, and never more', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 200 }), (pausesMs) => {
        let nowMs = 0;
        const bucket = new TokenBucket(10, 5, () => nowMs);
        let taken = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          if (bucket.take()) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(10 + (nowMs / 1000) * 5 + 1e-6);
      }),
    );
  });
});

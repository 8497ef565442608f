import { describe, expect, test } from 'vitest';
import { candidateLine, parseCandidateLine } from '../../../src/live/candidate-line.js';
import { keepsFingerprint, readDescription, writeDescription } from '../../../src/live/description.js';
import { diagnose, type IceTrial } from '../../../src/live/diagnosis.js';
import { QualityMeter } from '../../../src/live/quality.js';
import type { Candidate, Description } from '../../../src/shared/protocol/live.js';

const FINGERPRINT = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const HEX = Array.from({ length: 32 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
const host: Candidate = { type: 'host', address: '10.1.0.2', port: 50_001, priority: 2_113_937_151 };
const hidden: Candidate = { ...host, address: 'f1e2d3c4-b5a6-4798-8a9b-0c1d2e3f4a5b.local' };
const srflx: Candidate = { type: 'srflx', address: '198.51.100.1', port: 61_000, priority: 1_677_729_535 };
const relay: Candidate = { type: 'relay', address: '2001:db8::10', port: 50_010, priority: 33_562_367 };
const description: Description = {
  ufrag: 'aB3+',
  pwd: 'abcdefghijklmnopqrstuv/x',
  fingerprint: FINGERPRINT,
  candidates: [host, srflx, relay],
};

describe('a candidate', () => {
  test('is read as Chromium writes it, and written so that it reads the same', () => {
    const line =
      'candidate:842163049 1 udp 1677729535 198.51.100.1 61000 typ srflx raddr 10.1.0.2 rport 50001 generation 0 ufrag aB3+ network-cost 999';
    expect(parseCandidateLine(line)).toEqual(srflx);
    for (const candidate of [host, hidden, srflx, relay]) {
      expect(parseCandidateLine(candidateLine(candidate))).toEqual(candidate);
    }
  });

  test.each([
    'candidate:1 1 tcp 1518280447 10.1.0.2 9 typ host tcptype active',
    'candidate:1 2 udp 2113937151 10.1.0.2 50001 typ host',
    'candidate:1 1 udp 2113937151 example.org 50001 typ host',
    'candidate:1 1 udp 2113937151 10.1.0.2 0 typ host',
    '',
  ])('that nobody could use is left out: %s', (line) => {
    expect(parseCandidateLine(line)).toBeUndefined();
  });
});

describe('a description', () => {
  test.each(['offer', 'answer'] as const)('reads as it was written (%s)', (kind) => {
    const sdp = writeDescription(kind, description);
    expect(sdp).toContain(`a=fingerprint:sha-256 ${HEX}\r\n`);
    expect(readDescription(sdp)).toEqual(description);
  });

  test('of a later SDP must name the same certificate, and no other one', () => {
    const line = `a=fingerprint:sha-256 ${HEX}`;
    expect(keepsFingerprint(`v=0\r\n${line}\r\nm=video\r\n${line}\r\n`, FINGERPRINT)).toBe(true);
    const other = line.replace('00:01', '01:00');
    for (const sdp of ['v=0', other, `${line}\n${other}`, `${line}\na=fingerprint:sha-1 00:01`]) {
      expect(keepsFingerprint(sdp, FINGERPRINT)).toBe(false);
    }
  });
});

describe('where no way was found', () => {
  const stun = [{ urls: ['stun:stun.example.org'] }];
  const turn = [{ urls: ['turn:turn.example.org'], username: 'u', credential: 'c' }];
  const trial = (part: Partial<IceTrial>): IceTrial => ({
    servers: [],
    local: [host],
    remote: [host],
    relayErrors: [],
    ...part,
  });
  test.each([
    ['no server', trial({}), 'live-same-network-only'],
    ['STUN alone', trial({ servers: stun, local: [host, srflx], remote: [host, srflx] }), 'live-no-direct-way'],
    ['hidden addresses', trial({ servers: stun, local: [host, srflx], remote: [hidden] }), 'live-addresses-hidden'],
    ['a relay that is not reached', trial({ servers: turn, relayErrors: [701] }), 'live-relay-unreachable'],
    ['a relay that says nothing', trial({ servers: turn }), 'live-relay-unreachable'],
    ['a relay that refuses', trial({ servers: turn, relayErrors: [701, 401] }), 'live-relay-refused'],
    ['a relay that works', trial({ servers: turn, local: [host, relay] }), 'live-no-way'],
  ] as const)('the cause is named: %s', (_what, given, code) => {
    expect(diagnose(given)).toBe(code);
  });
});

describe('quality', () => {
  const stats = (pair: object, ...more: { id: string }[]) =>
    new Map(
      [
        { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
        { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', ...pair },
        { id: 'L', type: 'local-candidate', candidateType: 'relay', relayProtocol: 'tcp' },
        { id: 'R', type: 'remote-candidate', candidateType: 'srflx' },
        ...more,
      ].map((report) => [report.id, report]),
    );

  test('tells round trip, route and loss', () => {
    const meter = new QualityMeter();
    const first = meter.read(
      stats({ currentRoundTripTime: 0.25, requestsSent: 21, responsesReceived: 20, bytesSent: 5 }),
    );
    expect(first).toMatchObject({ roundTripMs: 250, route: 'relay', relayProtocol: 'tcp', lossRatio: 0, sentBytes: 5 });
    expect(meter.read(stats({ requestsSent: 31, responsesReceived: 24 })).lossRatio).toBeCloseTo(0.5);
    expect(meter.read(stats({ requestsSent: 32, responsesReceived: 25 })).lossRatio).toBeUndefined();
  });

  test('goes by the video where there is some', () => {
    const video = { id: 'V', type: 'inbound-rtp', packetsLost: 5, packetsReceived: 95 };
    expect(new QualityMeter().read(stats({}, video)).lossRatio).toBeCloseTo(0.05);
  });

  test('is unknown without a connection', () => {
    expect(new QualityMeter().read(new Map())).toEqual({ sentBytes: 0, receivedBytes: 0 });
  });
});

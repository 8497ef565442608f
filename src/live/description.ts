import * as v from 'valibot';
import { fromBase64Url, toBase64Url } from '../shared/crypto/base64url.js';
import {
  descriptionSchema,
  MAX_CANDIDATES,
  MAX_LIVE_MESSAGE_BYTES,
  type Description,
} from '../shared/protocol/live.js';
import { LiveError } from '../shared/protocol/live-errors.js';
import { candidateLine, parseCandidateLine } from './candidate-line.js';

// SDP of a connection that has nothing but data channels, to and from what we let others say of theirs.

/** What our own browser wrote. Throws `live-unsupported` where it says something else than all browsers do. */
export function readDescription(sdp: string): Description {
  const candidates = valuesOf(sdp, 'candidate').flatMap((line) => parseCandidateLine(line) ?? []);
  const parsed = v.safeParse(descriptionSchema, {
    ufrag: valuesOf(sdp, 'ice-ufrag')[0],
    pwd: valuesOf(sdp, 'ice-pwd')[0],
    fingerprint: fingerprintsOf(sdp)[0],
    candidates: candidates.slice(0, MAX_CANDIDATES),
  });
  if (!parsed.success) throw new LiveError('live-unsupported');
  return parsed.output;
}

/** SDP for our own browser, by a template; of what the other side said only parsed values come into it. */
export function writeDescription(kind: 'offer' | 'answer', description: Description): string {
  const hex = Array.from(fromBase64Url(description.fingerprint) ?? [], (byte) => byte.toString(16).padStart(2, '0'));
  const lines = [
    'v=0',
    // Session and version (RFC 8866, section 5.2): nobody compares them.
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    `a=ice-ufrag:${description.ufrag}`,
    `a=ice-pwd:${description.pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${hex.join(':').toUpperCase()}`,
    // The answer's side opens the DTLS connection, as browsers do.
    `a=setup:${kind === 'offer' ? 'actpass' : 'active'}`,
    'a=sctp-port:5000',
    `a=max-message-size:${MAX_LIVE_MESSAGE_BYTES}`,
    ...description.candidates.map((candidate) => `a=${candidateLine(candidate)}`),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/**
 * Whether an SDP that the other side sends later, for audio and video, is for the same DTLS connection: it names that
 * certificate and no other one.
 */
export function keepsFingerprint(sdp: string, fingerprint: string): boolean {
  const all = fingerprintsOf(sdp);
  return all.length > 0 && all.every((one) => one === fingerprint);
}

/** Of every `a=fingerprint` line; an empty text for one that is not SHA-256. */
function fingerprintsOf(sdp: string): string[] {
  return valuesOf(sdp, 'fingerprint').map((value) => {
    const [, hex] = /^sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/i.exec(value) ?? [];
    return hex === undefined ? '' : toBase64Url(Uint8Array.from(hex.split(':'), (byte) => parseInt(byte, 16)));
  });
}

function valuesOf(sdp: string, attribute: string): string[] {
  const prefix = `a=${attribute}:`;
  return sdp
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length).trim());
}

import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64Url, toBase64Url } from '../../shared/crypto/base64url.js';
import type { Answer, Candidate, Description, Offer } from '../../shared/protocol/live.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import { isHidden } from '../candidate-line.js';
import { countText, fromBase62, readCount, toBase62 } from './base62.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { packedBytes, readCandidate, writeCandidate } from './packed-address.js';

// An offer or an answer as a text that people copy: [kind and version, one letter][length of the rest, two digits][the rest, base 62].
//   offer:  [u24 minutes since EPOCH_MS][16 commitment][credentials][32 fingerprint][candidates …][3 check]
//   answer: [3 offer][credentials][32 fingerprint][candidates …][3 check]
//   credentials: [u4 length of ufrag − 4][u4 length of pwd − 22][ufrag and pwd, 6 bits a character]
// See docs/live-protocol.md.

/** What fits into a text message, a line of a chat, a QR picture of version 6 that a bad camera can read. */
export const MAX_PAIRING_TEXT_LENGTH = 160;
/** A person carries it, may have to find the other one first, and NATs forget. */
export const PAIRING_LIFE_MS = 30 * 60_000;
/** How far two clocks may be apart. */
const CLOCK_SLACK_MS = 10 * 60_000;
/** 2026-01-01. 24 bits of minutes last until 2057. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

const LETTERS = { offer: 'F', answer: 'G' } as const;
export type PairingKind = keyof typeof LETTERS;
const HEAD_LENGTH = 3;
const CHECK_BYTES = 3;
const MINUTES_BYTES = 3;
const TAG_BYTES = 3;
const ICE_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Strangers' text, before anything is computed from it: ours with a line break after each character. */
const MAX_PASTED_LENGTH = 1000;

export function writeOfferText({ commitment, description }: Offer, nowMs: number): string {
  const writer = new ByteWriter()
    .uint(Math.floor((nowMs - EPOCH_MS) / 60_000), MINUTES_BYTES)
    .put(fromBase64Url(commitment) ?? new Uint8Array());
  return writeText('offer', writer, description);
}

/** `offerText`: the one that it answers. */
export function writeAnswerText({ description }: Answer, offerText: string): string {
  return writeText('answer', new ByteWriter().put(tagOf(offerText)), description);
}

/** Also the text as it was written. Throws a LiveError, `pairing-…`, that says what is wrong with it. */
export function readOfferText(pasted: string, nowMs: number): { offer: Offer; text: string } {
  const text = clean(pasted);
  const reader = readText('offer', text);
  const madeMs = EPOCH_MS + reader.uint(MINUTES_BYTES) * 60_000;
  if (madeMs > nowMs + CLOCK_SLACK_MS) throw new LiveError('pairing-clock');
  if (madeMs < nowMs - PAIRING_LIFE_MS - CLOCK_SLACK_MS) throw new LiveError('pairing-too-old');
  const commitment = toBase64Url(reader.take(16));
  return { offer: { offer: offerIdOf(text), commitment, description: readDescription(reader) }, text };
}

export function readAnswerText(pasted: string, offerText: string): Description {
  const reader = readText('answer', clean(pasted));
  if (toBase64Url(reader.take(TAG_BYTES)) !== toBase64Url(tagOf(offerText))) throw new LiveError('pairing-other-offer');
  return readDescription(reader);
}

/** The text does not carry the offer's name: whoever reads it makes one from it. */
function offerIdOf(offerText: string): string {
  return Array.from(digestOf(offerText).subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function tagOf(offerText: string): Uint8Array {
  return digestOf(offerText).subarray(0, TAG_BYTES);
}

function digestOf(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(`fluxrec pairing 1\0${text}`));
}

function writeText(
  kind: PairingKind,
  writer: ByteWriter,
  { ufrag, pwd, fingerprint, candidates }: Description,
): string {
  writer.uint((ufrag.length - 4) * 16 + (pwd.length - 22), 1).put(packIce(ufrag + pwd));
  writer.put(fromBase64Url(fingerprint) ?? new Uint8Array());
  const room = Math.floor(((MAX_PAIRING_TEXT_LENGTH - HEAD_LENGTH) * Math.log2(62)) / 8) - CHECK_BYTES - writer.length;
  for (const candidate of chosen(candidates, room)) writeCandidate(writer, candidate);
  const body = writer.done();
  const rest = toBase62(new ByteWriter().put(body).put(checkOf(kind, body)).done());
  return `${LETTERS[kind]}${countText(rest.length)}${rest}`;
}

/** The bytes between head and check. */
function readText(kind: PairingKind, text: string): ByteReader {
  const letter = text.charAt(0);
  const length = readCount(text.slice(1));
  if (length === undefined || !/^[A-Z]$/.test(letter) || text.length > HEAD_LENGTH + length) {
    throw new LiveError('pairing-unreadable');
  }
  const isOwn = letter === LETTERS[kind === 'offer' ? 'answer' : 'offer'];
  if (letter !== LETTERS[kind] && !isOwn) {
    // The letters after ours are for later versions.
    const isNewer = letter > LETTERS.answer && text.length === HEAD_LENGTH + length;
    throw new LiveError(isNewer ? 'pairing-newer' : 'pairing-unreadable');
  }
  if (isOwn) throw new LiveError('pairing-own-kind');
  if (text.length < HEAD_LENGTH + length) throw new LiveError('pairing-incomplete');
  const bytes = fromBase62(text.slice(HEAD_LENGTH));
  if (bytes === undefined || bytes.length <= CHECK_BYTES) throw new LiveError('pairing-mistyped');
  const body = bytes.subarray(0, -CHECK_BYTES);
  if (toBase64Url(checkOf(kind, body)) !== toBase64Url(bytes.subarray(-CHECK_BYTES))) {
    throw new LiveError('pairing-mistyped');
  }
  return new ByteReader(body);
}

function readDescription(reader: ByteReader): Description {
  const lengths = reader.uint(1);
  const ufragLength = (lengths >> 4) + 4;
  const iceLength = ufragLength + (lengths & 15) + 22;
  const ice = unpackIce(reader.take(Math.ceil((iceLength * 6) / 8)), iceLength);
  const fingerprint = toBase64Url(reader.take(32));
  const candidates: Candidate[] = [];
  while (reader.left > 0) {
    const candidate = readCandidate(reader, candidates.length);
    // Whose length nobody knows: what follows cannot be read either.
    if (candidate === undefined) break;
    candidates.push(candidate);
  }
  return { ufrag: ice.slice(0, ufragLength), pwd: ice.slice(ufragLength), fingerprint, candidates };
}

/** As many as there is room for, the most useful of each class first. */
function chosen(candidates: readonly Candidate[], room: number): Candidate[] {
  const isV6 = ({ address }: Candidate): boolean => address.includes(':');
  const byPriority = candidates.toSorted((a, b) => b.priority - a.priority);
  const classes: ((candidate: Candidate) => boolean)[] = [
    ({ type }) => type === 'relay',
    (candidate) => candidate.type === 'srflx' && !isV6(candidate),
    (candidate) => candidate.type === 'host' && !isV6(candidate) && !isHidden(candidate.address),
    (candidate) => candidate.type === 'host' && isV6(candidate),
    (candidate) => candidate.type === 'srflx' && isV6(candidate),
    ({ address }) => isHidden(address),
  ];
  const queues = classes.map((isOfClass) => byPriority.filter(isOfClass));
  const result: Candidate[] = [];
  for (let left = room; queues.some(({ length }) => length > 0);) {
    for (const queue of queues) {
      const next = queue.shift();
      if (next === undefined || packedBytes(next) > left) continue;
      left -= packedBytes(next);
      result.push(next);
    }
  }
  return result;
}

/** Whatever a chat or a mail program puts between: line breaks, quotation marks, invisible characters. */
function clean(pasted: string): string {
  if (pasted.length > MAX_PASTED_LENGTH) throw new LiveError('pairing-unreadable');
  return pasted.replace(/[^0-9A-Za-z]/g, '');
}

/** 24 bits: one changed text in 16 million is taken for a right one, and then does not connect. */
function checkOf(kind: PairingKind, body: Uint8Array): Uint8Array {
  return sha256(
    new ByteWriter()
      .put(new TextEncoder().encode(`fluxrec pairing check 1 ${kind}\0`))
      .put(body)
      .done(),
  ).subarray(0, CHECK_BYTES);
}

function packIce(text: string): Uint8Array {
  const bits = Array.from(text, (character) => ICE_ALPHABET.indexOf(character).toString(2).padStart(6, '0')).join('');
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    parseInt(bits.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2),
  );
}

function unpackIce(bytes: Uint8Array, length: number): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return Array.from({ length }, (_, at) => ICE_ALPHABET.charAt(parseInt(bits.slice(at * 6, at * 6 + 6), 2))).join('');
}

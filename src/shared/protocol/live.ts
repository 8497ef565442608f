import * as v from 'valibot';
import { sessionMessageSchemas } from './live-messages.js';

// What two sides of a live session say to each other, and to whoever carries it. See docs/live-protocol.md.

/** Raise it only where the other side would understand an older one wrongly. */
export const LIVE_VERSION = 1;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** 32 and 16 bytes in base64url without padding; unused bits are zero, so that one value has one spelling. */
const bytes32 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/));
const bytes16 = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{21}[AQgw]$/));

/** One data channel each, by the id that both sides know beforehand. `bulk` has what may take long: nothing else waits for it. */
export const LIVE_CHANNELS = { control: 0, dom: 1, console: 2, bulk: 3, input: 4 } as const;
export type LiveChannel = keyof typeof LIVE_CHANNELS;

/** One message on any channel: what every browser takes whole. Larger things are cut into frames: see live-frames.ts. */
export const MAX_LIVE_MESSAGE_BYTES = 64 * 1024;
/** One SDP of a renegotiation: Chromium's with audio and video is 8 KB. */
const MAX_SDP_LENGTH = 32 * 1024;

// ── Before there is a connection ───────────────────────────────────────────────────────────────────────────────────────

/** Candidates of one side at most: a laptop with VPN, docking station and containers has about ten. */
export const MAX_CANDIDATES = 24;

/** Where one side may be reached by UDP. `host` addresses may be hidden behind an mDNS name. */
export const candidateSchema = v.object({
  type: v.picklist(['host', 'srflx', 'relay']),
  address: v.union([v.pipe(v.string(), v.ip()), v.pipe(v.string(), v.regex(/^[0-9a-f-]{36}\.local$/))]),
  port: v.pipe(count, v.minValue(1), v.maxValue(65_535)),
  /** RFC 8445, section 5.1.2. */
  priority: v.pipe(count, v.minValue(1), v.maxValue(0x7fffffff)),
});
export type Candidate = v.InferOutput<typeof candidateSchema>;

/** The characters of RFC 8839's `ice-char`. */
const iceText = (min: number, max: number) => v.pipe(v.string(), v.regex(new RegExp(`^[A-Za-z0-9+/]{${min},${max}}$`)));

/**
 * All that one side's SDP says: the SDP itself is written anew by whoever receives it, so that nothing that a stranger wrote
 * reaches the browser's parser.
 */
export const descriptionSchema = v.object({
  ufrag: iceText(4, 19),
  pwd: iceText(22, 37),
  /** SHA-256 of the DTLS certificate. */
  fingerprint: bytes32,
  candidates: v.pipe(v.array(candidateSchema), v.maxLength(MAX_CANDIDATES)),
});
export type Description = v.InferOutput<typeof descriptionSchema>;

/** Names an offer, and everything that belongs to it: what belongs to another one is ignored. */
const offerId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));
/** SHA-256 of the publisher's nonce, its first 16 bytes: see crypto/safety-words.ts. */
export const commitmentSchema = bytes16;

export const offerSchema = v.object({ offer: offerId, commitment: commitmentSchema, description: descriptionSchema });
export type Offer = v.InferOutput<typeof offerSchema>;
export const answerSchema = v.object({ offer: offerId, description: descriptionSchema });
export type Answer = v.InferOutput<typeof answerSchema>;

/** What signaling carries, whichever it is. Whoever carries it is not trusted. */
export const signalSchema = v.variant('kind', [
  v.object({ kind: v.literal('offer'), v: count, ...offerSchema.entries }),
  v.object({ kind: v.literal('answer'), ...answerSchema.entries }),
  v.object({ kind: v.literal('candidate'), offer: offerId, candidate: candidateSchema }),
  /** The sender does not go on: it failed for this reason, or never wanted to. */
  v.object({ kind: v.literal('end'), code: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,63}$/))) }),
]);
export type Signal = v.InferOutput<typeof signalSchema>;
/** JSON of one signal: 24 candidates are 3 KB. */
export const MAX_SIGNAL_LENGTH = 8 * 1024;

/** Undefined for what is none. */
export function parseSignal(text: string): Signal | undefined {
  return parseJson(signalSchema, text, MAX_SIGNAL_LENGTH);
}

// ── On the control channel ─────────────────────────────────────────────────────────────────────────────────────────────

/** `leaving`: the program ends, and may come back by the same signaling. */
export const BYE_REASONS = ['ended', 'words-differ', 'not-confirmed', 'refused', 'failed', 'leaving'] as const;
export type ByeReason = (typeof BYE_REASONS)[number];

const name = v.pipe(v.string(), v.trim(), v.maxLength(100));

export const controlSchema = v.variant('type', [
  /** The subscriber's first message. */
  v.object({ type: v.literal('hello'), v: count, nonce: bytes16, name: v.optional(name) }),
  /** The publisher's first message, its answer to `hello`: the nonce that the offer's commitment was to. */
  v.object({ type: v.literal('reveal'), v: count, nonce: bytes16, name: v.optional(name) }),
  /** The person on this side has compared the words and found them equal. */
  v.object({ type: v.literal('confirm') }),
  v.object({ type: v.literal('ping'), id: count }),
  v.object({ type: v.literal('pong'), id: count }),
  /** The last message. */
  v.object({ type: v.literal('bye'), reason: v.picklist(BYE_REASONS) }),
  /** Offers come from the publisher alone, answers from the subscriber. */
  v.object({
    type: v.literal('renegotiation'),
    kind: v.picklist(['offer', 'answer']),
    sdp: v.pipe(v.string(), v.maxLength(MAX_SDP_LENGTH)),
  }),
  ...sessionMessageSchemas,
]);
export type ControlMessage = v.InferOutput<typeof controlSchema>;
export type ControlMessageOf<T extends ControlMessage['type']> = Extract<ControlMessage, { type: T }>;

/** Undefined for what is none. */
export function parseControl(text: string): ControlMessage | undefined {
  return parseJson(controlSchema, text, MAX_LIVE_MESSAGE_BYTES);
}

/** `maxLength` bounds what JSON.parse can be made to allocate. */
function parseJson<S extends v.GenericSchema>(
  schema: S,
  text: string,
  maxLength: number,
): v.InferOutput<S> | undefined {
  if (text.length > maxLength) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : undefined;
}

import * as v from 'valibot';
import { publicIdentitySchema } from '../crypto/keys.js';
import { grantAskSchema, GRANTS, WITHDRAWALS } from './live-grants.js';
import { pastMessageSchemas } from './live-past.js';

// What the two sides say to each other on the control channel of an open session. See docs/live-protocol.md, "While it is open".

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const instant = v.pipe(v.number(), v.finite());
const uuid = v.pipe(v.string(), v.uuid());
const side = v.pipe(count, v.maxValue(32_767));
const line = v.pipe(v.string(), v.maxLength(200));

export const MAX_CHAT_LENGTH = 2000;

/** What a technician is doing now, for the customer's banner. */
export const DOINGS = ['watching', 'reading', 'pointing', 'proposing', 'looking-back', 'away'] as const;
export type Doing = (typeof DOINGS)[number];

export const VIDEO_STATES = ['off', 'asking', 'on', 'hidden', 'denied', 'failed', 'unsupported'] as const;
export const VIDEO_SURFACES = ['app', 'screen'] as const;

export const sessionMessageSchemas = [
  /** The publisher's first message of an open session, and again whenever something in it has changed. */
  v.object({
    type: v.literal('welcome'),
    /** Made by the customer's host process for this connection; proofs and proposals name it. */
    session: uuid,
    app: v.object({ name: line, version: line }),
    /** Where letters go, and who signs receipts. */
    install: publicIdentitySchema,
    /** The report that the session belongs to. Without one, proposals name the session in its place. */
    report: v.optional(uuid),
    /** Unix ms of session time 0, by the customer's clock. */
    startedMs: instant,
    /** What the customer's app can do at all; asking for anything else is refused. */
    offers: v.pipe(v.array(v.picklist(GRANTS)), v.maxLength(GRANTS.length)),
  }),
  v.object({ type: v.literal('grant-asked'), ...grantAskSchema.entries }),
  v.object({ type: v.literal('grant-given'), grant: uuid, kind: v.picklist(GRANTS), untilMs: v.optional(instant) }),
  /** The grant is no more, or never was. The subscriber may say `given-up` alone. */
  v.object({ type: v.literal('grant-withdrawn'), grant: uuid, reason: v.picklist(WITHDRAWALS) }),
  /** With the grant `chat`. */
  v.object({
    type: v.literal('chat'),
    id: uuid,
    text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_CHAT_LENGTH)),
    atMs: instant,
  }),
  v.object({ type: v.literal('doing'), what: v.picklist(DOINGS) }),
  /** The subscriber lost its picture: the dom stream begins anew. At most one a second is heard. */
  v.object({ type: v.literal('checkout-asked') }),
  /** With the grant `screenshot`. The picture comes on `bulk`. */
  v.object({ type: v.literal('screenshot-asked'), request: uuid }),
  v.object({
    type: v.literal('screenshot-failed'),
    request: uuid,
    code: line,
    message: v.pipe(v.string(), v.maxLength(500)),
  }),
  ...pastMessageSchemas,
  /** What the subscriber's window has room for; with the grant `view-video`. */
  v.object({
    type: v.literal('video-wanted'),
    maxHeight: v.pipe(count, v.minValue(180), v.maxValue(4320)),
    maxFrameRate: v.pipe(count, v.minValue(1), v.maxValue(60)),
  }),
  v.object({
    type: v.literal('video-state'),
    state: v.picklist(VIDEO_STATES),
    surface: v.optional(v.picklist(VIDEO_SURFACES)),
    width: v.optional(side),
    height: v.optional(side),
    codec: v.optional(v.pipe(v.string(), v.maxLength(20))),
  }),
  /** What the sender measures of the connection, every few seconds, so that both screens show the same. */
  v.object({
    type: v.literal('quality'),
    roundTripMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))),
    lossRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  }),
] as const;

/** Only while the session is open; everything before that is the transport's. */
export type SessionMessage = v.InferOutput<(typeof sessionMessageSchemas)[number]>;
export type SessionMessageOf<T extends SessionMessage['type']> = Extract<SessionMessage, { type: T }>;

/** Of the types above, those that a publisher takes; all others from a subscriber end the session. */
export const SUBSCRIBER_SAYS = [
  'grant-asked',
  'grant-withdrawn',
  'chat',
  'doing',
  'checkout-asked',
  'screenshot-asked',
  'past-asked',
  'video-wanted',
  'quality',
] as const satisfies readonly SessionMessage['type'][];
/** ... and those that a subscriber takes. */
export const PUBLISHER_SAYS = [
  'welcome',
  'grant-given',
  'grant-withdrawn',
  'chat',
  'screenshot-failed',
  'past-failed',
  'video-state',
  'quality',
] as const satisfies readonly SessionMessage['type'][];

export type SubscriberMessage = SessionMessageOf<(typeof SUBSCRIBER_SAYS)[number]>;
export type PublisherMessage = SessionMessageOf<(typeof PUBLISHER_SAYS)[number]>;

export function isSubscriberMessage(message: SessionMessage): message is SubscriberMessage {
  return (SUBSCRIBER_SAYS as readonly string[]).includes(message.type);
}

export function isPublisherMessage(message: SessionMessage): message is PublisherMessage {
  return (PUBLISHER_SAYS as readonly string[]).includes(message.type);
}

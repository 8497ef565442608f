import * as v from 'valibot';
import { commandDescriptionSchema, MAX_COMMANDS } from '../commands/command.js';
import { publicIdentitySchema } from '../crypto/keys.js';
import { method } from './contract.js';
import { consoleMessageSchema } from './live-console.js';
import { grantAskSchema, GRANTS, MAX_GRANT_MS, WITHDRAWALS } from './live-grants.js';
import { iceServersSchema, REACHES } from './live-ice.js';
import { DOINGS, MAX_CHAT_LENGTH, VIDEO_STATES, VIDEO_SURFACES } from './live-messages.js';
import { MAX_SIGNAL_LENGTH } from './live.js';

// The live session between the page that holds the connection, the host process and the panel: parts of their contracts
// (host.ts). The page reports and obeys; the panel decides; the host process knows who may do what.

const uuid = v.pipe(v.string(), v.uuid());
const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const nothing = v.object({});
const code = v.pipe(v.string(), v.regex(/^[a-z][a-z-]{0,63}$/));
const name = v.pipe(v.string(), v.maxLength(100));
const word = v.pipe(v.string(), v.regex(/^[a-z]{2,16}$/));
const words = v.pipe(v.array(word), v.length(4));
const chatText = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_CHAT_LENGTH));
/** A text of at most 160 characters, and what mail programs put around it. */
const pairingText = v.pipe(v.string(), v.maxLength(2000));

/** How the two sides find each other: from a report, by a code that is read out, or by two texts that are copied. */
export const LIVE_WAYS = ['letters', 'code', 'texts'] as const;
export type LiveWay = (typeof LIVE_WAYS)[number];

/** `preparing`: no page has the session yet. `lost`: the page is gone, and may come back. The others are LiveSession's. */
export const LIVE_PHASES = [
  'preparing',
  'waiting',
  'signaling',
  'routing',
  'securing',
  'channels',
  'comparing',
  'open',
  'reconnecting',
  'lost',
  'ended',
] as const;
export type LiveHostPhase = (typeof LIVE_PHASES)[number];

const videoSchema = v.object({
  state: v.picklist(VIDEO_STATES),
  surface: v.optional(v.picklist(VIDEO_SURFACES)),
});
const qualitySchema = v.object({
  roundTripMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))),
  lossRatio: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  route: v.optional(v.picklist(['direct', 'relay'])),
});

// ── The page's ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the page reports of its connection. */
const reportSchema = v.object({
  phase: v.picklist(LIVE_PHASES),
  words: v.optional(words),
  hasOtherConfirmed: v.boolean(),
  /** Open again between the two programs whose words were compared before. */
  isResumed: v.optional(v.boolean()),
  otherName: v.optional(name),
  isUnstable: v.boolean(),
  /** Why it has ended. */
  code: v.optional(code),
  /** The text that the customer is to copy. */
  text: v.optional(pairingText),
  /** Why the text that was pasted is not the right one. */
  pasteCode: v.optional(code),
  quality: v.optional(qualitySchema),
  video: v.optional(videoSchema),
});
export type LiveReport = v.InferOutput<typeof reportSchema>;

/** What the page tells the host process. It is parsed there, not by the contract: see live-recorder.ts. */
export const livePageNewsSchema = v.variant('kind', [
  v.object({ kind: v.literal('report'), report: reportSchema }),
  /** For the other side, by whichever way the session has. */
  v.object({ kind: v.literal('signal'), signal: v.pipe(v.string(), v.maxLength(MAX_SIGNAL_LENGTH)) }),
  /** The connection was lost: the way to the other side is to be made anew. */
  v.object({ kind: v.literal('again') }),
  /** The technician asks, as it came. */
  v.object({ kind: v.literal('asked'), ask: grantAskSchema }),
  /** The technician gave a grant up, or took back what it had asked for. */
  v.object({ kind: v.literal('given-up'), grant: uuid }),
  v.object({ kind: v.literal('chat'), id: uuid, text: chatText }),
  /** Every half minute while the technician does anything, and when it changes. */
  v.object({ kind: v.literal('doing'), what: v.picklist(DOINGS) }),
  /** A letter of the technician's, sealed: the bytes beside. */
  v.object({ kind: v.literal('letter'), id: uuid }),
  /** Another window of the app than the one that has the session lends its console: masked, and while it is asked for. */
  v.object({ kind: v.literal('console'), message: consoleMessageSchema }),
  /** The customer ends it, by the banner or a key: a page may always end, never begin. */
  v.object({ kind: v.literal('stop'), what: v.picklist(['session', 'grants', 'recording']) }),
]);
export type LivePageNews = v.InferOutput<typeof livePageNewsSchema>;

const grantSchema = v.object({ grant: uuid, kind: v.picklist(GRANTS), untilMs: instant });

/** All that the page must know and do; told again at each change, and to a page that was loaded again. */
const ordersSchema = v.object({
  session: uuid,
  way: v.picklist(LIVE_WAYS),
  iceServers: iceServersSchema,
  /** Who the technician is by their key. */
  verifiedName: v.optional(name),
  app: v.object({ name: v.string(), version: v.string() }),
  install: publicIdentitySchema,
  report: v.optional(uuid),
  startedMs: instant,
  offers: v.array(v.picklist(GRANTS)),
  /** The customer has compared these words and found them equal. */
  confirmed: v.optional(words),
  grants: v.array(grantSchema),
  /** How much waits for the customer's word in the panel. */
  asked: count,
  /** Grants and asks that are over, the last ones. */
  settled: v.array(v.object({ grant: uuid, reason: v.picklist(WITHDRAWALS) })),
  /** Whom the banner names, and whether by their key. */
  with: v.object({ name: v.optional(name), organisation: v.optional(v.string()), isVerified: v.boolean() }),
  doing: v.optional(v.picklist(DOINGS)),
});
export type LiveOrders = v.InferOutput<typeof ordersSchema>;

/** What the host process tells the page. */
export const liveHostNewsSchema = v.variant('kind', [
  v.object({ kind: v.literal('orders'), orders: ordersSchema }),
  /** The session is over. `words-differ`: and so the other side is told. */
  v.object({ kind: v.literal('end'), why: v.picklist(['ended', 'words-differ']) }),
  /** By the way that the session has: the other side is there; it says something; nothing more comes. */
  v.object({ kind: v.literal('joined') }),
  v.object({ kind: v.literal('signal'), signal: v.pipe(v.string(), v.maxLength(MAX_SIGNAL_LENGTH)) }),
  v.object({ kind: v.literal('failed'), code }),
  v.object({ kind: v.literal('pasted'), text: pairingText }),
  v.object({ kind: v.literal('chat'), id: uuid, text: chatText, atMs: instant }),
  /** A letter to the technician, sealed, base64. */
  v.object({ kind: v.literal('letter'), id: uuid, sealed: v.pipe(v.string(), v.base64()) }),
  /** Lines of the host process and of the app's other windows, for the technician, while `console` is granted. */
  v.object({ kind: v.literal('console'), message: consoleMessageSchema }),
  /** What the technician may propose; once `commands` is granted. */
  v.object({
    kind: v.literal('commands'),
    commands: v.pipe(v.array(commandDescriptionSchema), v.maxLength(MAX_COMMANDS)),
  }),
  /** To a window that does not have the session: whether its lines are wanted. */
  v.object({ kind: v.literal('lend-console'), isWanted: v.boolean() }),
]);
export type LiveHostNews = v.InferOutput<typeof liveHostNewsSchema>;

// ── The panel's ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Somebody whose key the organisation's signed list names. */
const technicianSchema = v.object({ name: v.string(), organisation: v.string(), signingKey: v.string() });

export const liveInvitationViewSchema = v.object({
  invitation: uuid,
  from: technicianSchema,
  reason: v.string(),
  report: uuid,
  receiptCode: v.optional(v.string()),
  receivedMs: instant,
  expiresMs: instant,
});
export type LiveInvitationView = v.InferOutput<typeof liveInvitationViewSchema>;

const askedSchema = v.object({
  grant: uuid,
  kind: v.picklist(GRANTS),
  reason: v.optional(v.string()),
  durationMs: count,
  /** Signed by this technician's key; absent: nobody knows who asks. */
  from: v.optional(technicianSchema),
  askedMs: instant,
  /** Denied then, without a word. */
  answerByMs: instant,
});
export type AskedGrant = v.InferOutput<typeof askedSchema>;

/** What becomes of a session that is recorded, or was. */
const recordingSchema = v.object({
  isOn: v.boolean(),
  /** Unix ms. */
  sinceMs: instant,
  /** Parts of the report that are in the outbox. */
  parts: count,
  /** Another one is being put together. */
  isSending: v.boolean(),
  receiptCode: v.optional(v.string()),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
});

const sessionView = v.object({
  session: uuid,
  way: v.picklist(LIVE_WAYS),
  phase: v.picklist(LIVE_PHASES),
  reach: v.picklist(REACHES),
  /** Who they are by their key; before that, what they call themselves. */
  from: v.optional(technicianSchema),
  otherName: v.optional(name),
  words: v.optional(words),
  hasConfirmed: v.boolean(),
  hasOtherConfirmed: v.boolean(),
  isUnstable: v.boolean(),
  /** Why it has ended, or did not begin. */
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  code: v.optional(v.object({ text: v.string(), expiresMs: instant })),
  text: v.optional(pairingText),
  pasteError: v.optional(v.object({ code: v.string(), message: v.string() })),
  startedMs: instant,
  openedMs: v.optional(instant),
  quality: v.optional(qualitySchema),
  video: v.optional(videoSchema),
  doing: v.optional(v.picklist(DOINGS)),
  /** Of the report that a recording would join; absent: it would make one. */
  joins: v.optional(v.string()),
  recording: v.optional(recordingSchema),
  asked: v.array(askedSchema),
  grants: v.array(v.object({ ...grantSchema.entries, givenMs: instant })),
  chat: v.array(v.object({ id: uuid, from: v.picklist(['customer', 'technician']), text: v.string(), atMs: instant })),
});
export type LiveSessionView = v.InferOutput<typeof sessionView>;

const liveView = v.object({
  /** `code` needs a desk. */
  ways: v.array(v.picklist(LIVE_WAYS)),
  invitations: v.array(liveInvitationViewSchema),
  session: v.optional(sessionView),
});
export type LiveView = v.InferOutput<typeof liveView>;

export const livePanelMethods = {
  getLive: method(nothing, liveView),
  /** Resolves when the session is being prepared; its view tells the rest. Rejects with `live-busy-here`, `live-no-window`. */
  beginLive: method(v.object({ way: v.picklist(['code', 'texts']) }), nothing),
  acceptInvitation: method(v.object({ invitation: uuid }), nothing),
  declineInvitation: method(v.object({ invitation: uuid }), nothing),
  pastePairingText: method(v.object({ session: uuid, text: pairingText }), nothing),
  /** `words`: those that were compared. */
  confirmWords: method(v.object({ session: uuid, words, areSame: v.boolean() }), nothing),
  decideGrant: method(
    v.object({
      session: uuid,
      grant: uuid,
      decision: v.picklist(['allow', 'deny']),
      durationMs: v.optional(v.pipe(count, v.minValue(1000), v.maxValue(MAX_GRANT_MS))),
    }),
    nothing,
  ),
  /** Without `grant`: all of them. */
  withdrawGrant: method(v.object({ session: uuid, grant: v.optional(uuid) }), nothing),
  sayInChat: method(v.object({ session: uuid, text: chatText }), nothing),
  endLive: method(v.object({ session: uuid }), nothing),
  /** Takes an ended session off the screen. */
  dismissLive: method(v.object({ session: uuid }), nothing),
} as const;

export const livePanelEvents = { live: liveView } as const;

import * as v from 'valibot';
import { liveEventSchema } from './live-event.js';
import { isOwnLane, ownEventSchema, ownLaneSchema, type OwnLane } from './own-lane.js';

/** The lanes that this version writes, but those of the app's own. A reader keeps and offers entries of lanes that it does not know. */
export const LANES = ['dom', 'screen', 'thumbnail', 'log', 'network', 'error', 'action', 'recorder', 'live'] as const;
export type BuiltInLane = (typeof LANES)[number];
export type Lane = BuiltInLane | OwnLane;
export const laneSchema = v.union([v.picklist(LANES), ownLaneSchema]);

/** As many as a manifest lists. */
export const MAX_LANES = 64;

const RANKS: ReadonlyMap<string, number> = new Map(LANES.map((lane, rank) => [lane, rank]));

/** Each once: ours in their order, then those of the app's own by name. */
export function inLaneOrder(lanes: Iterable<Lane>): Lane[] {
  const rank = (lane: Lane): number => RANKS.get(lane) ?? LANES.length;
  return [...new Set(lanes)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/**
 * The lanes whose entries are NDJSON of our own events (below) that people read line by line. `thumbnail` is NDJSON of our
 * own too, for pictures; `dom` is NDJSON of rrweb events; each entry of `screen` is one video file.
 */
export const EVENT_LANES = ['log', 'network', 'error', 'action', 'recorder', 'live'] as const;
export type EventLane = (typeof EVENT_LANES)[number];
/** ... and those of the app's own. */
export type LineLane = EventLane | OwnLane;

export function isLineLane(lane: string): lane is LineLane {
  return (EVENT_LANES as readonly string[]).includes(lane) || isOwnLane(lane);
}

/** Milliseconds on the source's monotonic clock, since the source began; a source's anchors map it to session time. */
const mono = v.pipe(v.number(), v.finite(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(1_000_000));

export const LOG_LEVELS = ['debug', 'info', 'log', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where in the code something was said: a URL or a path relative to the app, and a position. */
const codeLocation = v.object({ url: text, line: v.optional(v.number()), column: v.optional(v.number()) });

export const logEventSchema = v.object({
  type: v.literal('log'),
  t: mono,
  level: v.picklist(LOG_LEVELS),
  /** Who said it: `console`, or the name of a logger. */
  logger: text,
  message: text,
  /** The arguments behind the message, each already bounded and made JSON. */
  args: v.optional(v.array(v.unknown())),
  location: v.optional(codeLocation),
  stack: v.optional(text),
  /** How many times it was said in a row; absent means once. `t` is the first time, `lastT` the last. */
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  lastT: v.optional(mono),
});
export type LogEvent = v.InferOutput<typeof logEventSchema>;

export const networkEventSchema = v.object({
  type: v.literal('network'),
  t: mono,
  /** One id for all events of one request or socket, unique within the source. */
  id: text,
  kind: v.picklist(['fetch', 'xhr', 'websocket']),
  /**
   * `request`: a fetch or XHR that has ended, one event, `t` is its start.
   * `open`, `close`: a WebSocket; close carries the totals.
   * `pending`: a request that had not ended when its segment was sealed or the window went away.
   */
  phase: v.picklist(['request', 'pending', 'open', 'close']),
  method: v.optional(text),
  /** Scrubbed: no user info, no masked value. */
  url: text,
  status: v.optional(v.number()),
  statusText: v.optional(text),
  /** `ok`, or why there was no answer. */
  outcome: v.optional(v.picklist(['ok', 'failed', 'aborted', 'timeout'])),
  error: v.optional(text),
  durationMs: v.optional(v.number()),
  /** Parts of the duration where the browser tells them (Resource Timing), all in ms. */
  timings: v.optional(
    v.object({
      dnsMs: v.optional(v.number()),
      connectMs: v.optional(v.number()),
      tlsMs: v.optional(v.number()),
      waitMs: v.optional(v.number()),
      receiveMs: v.optional(v.number()),
    }),
  ),
  requestBytes: v.optional(v.number()),
  responseBytes: v.optional(v.number()),
  contentType: v.optional(text),
  messagesSent: v.optional(v.number()),
  messagesReceived: v.optional(v.number()),
});
export type NetworkEvent = v.InferOutput<typeof networkEventSchema>;

export const errorEventSchema = v.object({
  type: v.literal('error'),
  t: mono,
  /** `process`: a process of the app crashed, hung or could not start. */
  kind: v.picklist(['uncaught', 'unhandled-rejection', 'resource', 'csp', 'process']),
  name: text,
  message: text,
  stack: v.optional(text),
  location: v.optional(codeLocation),
});
export type ErrorEvent = v.InferOutput<typeof errorEventSchema>;

export const actionEventSchema = v.object({
  type: v.literal('action'),
  t: mono,
  kind: v.picklist([
    'click',
    'double-click',
    'context-menu',
    'input',
    'select',
    'toggle',
    'submit',
    'key',
    'navigate',
    'drag',
    'scroll',
    'focus-window',
    'blur-window',
  ]),
  /** In words: `clicked button "Sync now"`. Masked as the dom lane is. */
  text: text,
  /** The rrweb node id of the target, so that the viewer can light it up. */
  nodeId: v.optional(v.number()),
});
export type ActionEvent = v.InferOutput<typeof actionEventSchema>;

export const recorderEventSchema = v.object({
  type: v.literal('recorder'),
  t: mono,
  kind: v.picklist([
    'started',
    'paused',
    'resumed',
    'wiped',
    'dropped',
    'clock-step',
    'gap',
    'failed',
    'stepped-down',
    // What a replay of the page cannot show as it was, once a document.
    'left-out',
    'screen-on',
    'screen-off',
    'screen-denied',
    'screen-hidden',
    'screen-shown',
  ]),
  text: text,
  /** How many events were lost, where `kind` is about loss. */
  count: v.optional(v.number()),
});
export type RecorderEvent = v.InferOutput<typeof recorderEventSchema>;

/** A picture longer than this is not one of a film strip: 320 × 320 pixels of noise in WebP are 100 KB. */
const MAX_THUMBNAIL_LENGTH = 400_000;
const thumbnailSide = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024));

/** A small picture of what the screen lane showed at `t`, masked as its frames are. */
export const thumbnailEventSchema = v.object({
  type: v.literal('thumbnail'),
  t: mono,
  width: thumbnailSide,
  height: thumbnailSide,
  /** A WebP file, base64. */
  webp: v.pipe(v.string(), v.maxLength(MAX_THUMBNAIL_LENGTH), v.regex(/^[A-Za-z0-9+/]+={0,2}$/)),
});
export type ThumbnailEvent = v.InferOutput<typeof thumbnailEventSchema>;

const builtInEventSchema = v.variant('type', [
  logEventSchema,
  networkEventSchema,
  errorEventSchema,
  actionEventSchema,
  recorderEventSchema,
  thumbnailEventSchema,
  liveEventSchema,
]);

export const laneEventSchema = v.union([builtInEventSchema, ownEventSchema]);
/** Every event that is ours. Its `type` is the name of its lane. */
export type LaneEvent = v.InferOutput<typeof laneEventSchema>;

/** An event of one of the lanes that people read line by line. */
export type EventOfLines = Exclude<LaneEvent, ThumbnailEvent>;

/**
 * The least that a line of a dom entry must be: an rrweb event. `timestamp` is `originMs` of its source plus monotonic
 * milliseconds, so that a step of the wall clock moves nothing.
 */
export const domEventSchema = v.looseObject({
  type: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(20)),
  data: v.looseObject({}),
  timestamp: v.pipe(v.number(), v.finite()),
});
export type DomEvent = v.InferOutput<typeof domEventSchema>;

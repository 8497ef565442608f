import * as v from 'valibot';
import { HAND_OVER_CHUNK_BYTES, MAX_TEXT_LENGTH } from '../constants.js';
import { receiptCodeSchema } from '../report/report.js';
import { anchorSchema } from '../session/clock.js';
import { LANES } from '../session/lane.js';
import { segmentSchema } from '../session/segment.js';
import { MASKED_KINDS } from '../privacy/policy.js';
import { method, type Contract } from './contract.js';
import { proposalEvents, proposalMethods } from './proposals.js';
import { MAX_FRAME_JSON_BYTES } from './frame.js';
import {
  livePanelEvents,
  livePanelMethods,
  liveRecorderEvents,
  liveRecorderMethods,
  MAX_LIVE_LETTER_REQUEST_BYTES,
} from './live-host.js';

// Everything between a renderer, the panel and the host process, for Electron and for the web host.
// Two capabilities: the recorder's can append and report; the panel's can read the draft, decide and send.

const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/));
const uuid = v.pipe(v.string(), v.uuid());
const instant = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const nothing = v.object({});
/** A part of a value, as MaskedValues keeps it. */
const maskedText = v.pipe(v.string(), v.maxLength(1000));
const errorResult = v.object({ code: v.string(), message: v.string() });
const lane = v.picklist(LANES);
/** Counts of one lane. `bytes` is plain, `storedBytes` is what it takes in the ring and in the bundle. */
const laneTotal = v.object({ lane, events: count, bytes: count, storedBytes: count });
export type LaneTotal = v.InferOutput<typeof laneTotal>;

export const RECORDING_STATES = ['starting', 'recording', 'paused', 'failed'] as const;
const recordingState = v.picklist(RECORDING_STATES);
export type RecordingState = v.InferOutput<typeof recordingState>;

/** What a video is recorded of: the window of the app, or a screen (or another window) that the customer chose. */
export const SCREEN_SURFACES = ['app', 'screen'] as const;
export type ScreenSurface = (typeof SCREEN_SURFACES)[number];
const screenSurface = v.picklist(SCREEN_SURFACES);

export const PANEL_VIEWS = ['send', 'wipe', 'recording', 'approvals', 'live'] as const;
export type PanelView = (typeof PANEL_VIEWS)[number];

const settings = v.object({ maxAgeMs: instant, maxBytes: count });

export const recorderContract = {
  methods: {
    /** First call of a document. The only one that needs no capability: it hands it out. */
    hello: method(
      v.object({
        /** The window's id from its earlier document (sessionStorage), so that a reload stays the same window. */
        window: v.optional(id),
        originMs: instant,
        monoMs: instant,
        wallMs: instant,
        title: v.pipe(v.string(), v.maxLength(500)),
      }),
      v.object({
        session: v.object({ id, startedMs: instant }),
        source: id,
        window: id,
        /** Session time when the host answered. */
        sessionMs: instant,
        capability: v.string(),
        paused: v.boolean(),
        settings,
      }),
    ),
    /** For anchors: the host's session time, now. */
    clock: method(nothing, v.object({ sessionMs: instant })),
    anchor: method(v.object({ anchor: anchorSchema, title: v.pipe(v.string(), v.maxLength(500)) }), nothing),
    /** What masked fields of this window hold or held, so that the host's own lanes do not tell it either. Kept in memory. */
    mask: method(
      v.object({
        values: v.pipe(
          v.array(v.object({ value: maskedText, kind: v.picklist(MASKED_KINDS), follows: v.optional(maskedText) })),
          v.maxLength(4000),
        ),
      }),
      nothing,
    ),
    /** Every few seconds and at each change of state; what the customer sees of the recording is made of these. */
    status: method(
      v.object({
        state: recordingState,
        /** Why it is `failed`. */
        error: v.optional(errorResult),
        /** Oldest event kept, session time. */
        oldestMs: v.optional(instant),
        lanes: v.pipe(v.array(laneTotal), v.maxLength(16)),
        dropped: count,
        /** A video is being recorded, of this. */
        screen: v.optional(screenSurface),
      }),
      nothing,
    ),
    /** Rows for a hand-over: `bytes` are the stored bytes of `segments`, one after the other. At most HAND_OVER_CHUNK_BYTES, or one row. */
    append: method(
      v.object({ handOver: uuid, segments: v.pipe(v.array(segmentSchema), v.minLength(1), v.maxLength(2000)) }),
      nothing,
    ),
    /** This window has handed over all it had: its own rows, and those of `dead` sources that it spoke for. */
    handedOver: method(
      v.object({ handOver: uuid, dead: v.pipe(v.array(id), v.maxLength(10_000)), error: v.optional(errorResult) }),
      nothing,
    ),
    wiped: method(v.object({ wipe: uuid, error: v.optional(errorResult) }), nothing),
    /** The customer asked for the panel. The web host answers where to embed it; Electron opens a window and answers nothing. */
    openPanel: method(v.object({ view: v.picklist(PANEL_VIEWS) }), v.object({ embedUrl: v.optional(v.string()) })),
    ...liveRecorderMethods,
  },
  events: {
    /** Hand over every row of the ring whose time overlaps; seal the open segments first. */
    handOver: v.object({ handOver: uuid, startMs: instant, endMs: instant }),
    setPaused: v.object({ paused: v.boolean() }),
    wipe: v.object({ wipe: uuid }),
    /** So many of support's proposals wait for the customer's word. */
    proposals: v.object({ pending: count }),
    /** The customer stopped the video of the screen. */
    stopScreen: nothing,
    ...liveRecorderEvents,
  },
} as const satisfies Contract;
export type RecorderContract = typeof recorderContract;

/** How large a request that carries bytes may be: rows and their metadata. A single row may be larger than a chunk. */
const MAX_APPEND_REQUEST_BYTES = 64 * HAND_OVER_CHUNK_BYTES;
/** Of the calls that carry neither rows nor masked values: a description of the window, its lanes' totals. */
const MAX_SMALL_REQUEST_BYTES = 64 * 1024;

/** How large a call of the recorder's contract may be, whatever it comes over. */
export function maxRecorderRequestBytes(method: string): number {
  if (method === 'append') return MAX_APPEND_REQUEST_BYTES;
  if (method === 'live') return MAX_LIVE_LETTER_REQUEST_BYTES;
  return method === 'mask' ? MAX_FRAME_JSON_BYTES : MAX_SMALL_REQUEST_BYTES;
}

/** ... and of the panel's: a description of 10,000 characters, each escaped, and some numbers. */
export const MAX_PANEL_REQUEST_BYTES = 256 * 1024;

const recording = v.object({
  state: recordingState,
  error: v.optional(errorResult),
  session: id,
  /** Session time now, and that of the oldest event kept. */
  nowMs: instant,
  oldestMs: v.optional(instant),
  windows: count,
  lanes: v.array(laneTotal),
  dropped: count,
  /** A video is being recorded in some window; `screen` where any of them records more than its own window. */
  screen: v.optional(screenSurface),
  settings,
});
export type Recording = v.InferOutput<typeof recording>;

const draft = v.object({
  id: uuid,
  status: v.picklist(['collecting', 'ready', 'failed']),
  error: v.optional(errorResult),
  /** Hand-over: windows asked, windows that have answered, and what a person should know about the ones that did not. */
  asked: count,
  answered: count,
  notes: v.array(v.string()),
  /** What the ring had: session time, and lane totals over all of it. */
  available: v.object({
    startMs: instant,
    endMs: instant,
    lanes: v.array(laneTotal),
    /**
     * The stretches in which segments of any lane lie, merged where they touch or nearly do, ascending: what lies between
     * is a pause, or a time when the app was closed. For the panel's little timeline.
     */
    recorded: v.pipe(v.array(v.object({ startMs: instant, endMs: instant })), v.maxLength(1000)),
  }),
  /** What would be sent now. `startMs` to `endMs` as chosen; `fromMs` to `toMs` as whole segments reach. */
  selection: v.object({
    startMs: instant,
    endMs: instant,
    fromMs: instant,
    toMs: instant,
    lanes: v.array(laneTotal),
    /** Size of the file that would be sent. */
    totalBytes: count,
  }),
  startedMs: instant,
});
export type Draft = v.InferOutput<typeof draft>;

const delivery = v.object({
  report: uuid,
  receiptCode: receiptCodeSchema,
  createdMs: instant,
  bytes: count,
  sentBytes: count,
  /** `stored`: durable here, no desk configured. `quarantined`: the desk has it and could not read it. */
  status: v.picklist(['queued', 'sending', 'waiting', 'delivered', 'quarantined', 'refused', 'stored']),
  /** Not all has arrived, but support can open the part that has. */
  isOpenable: v.optional(v.boolean()),
  /** When it is tried again (Unix ms), while `waiting`. */
  retryMs: v.optional(instant),
  error: v.optional(errorResult),
});
export type Delivery = v.InferOutput<typeof delivery>;

/** A record of the audit log. `isIntact`: its bytes fit its hash. */
const auditEntry = v.object({
  number: count,
  atMs: instant,
  kind: v.string(),
  body: v.record(v.string(), v.unknown()),
  hash: v.string(),
  isIntact: v.boolean(),
});
export type AuditEntry = v.InferOutput<typeof auditEntry>;

export const panelContract = {
  methods: {
    state: method(
      nothing,
      v.object({
        app: v.object({ name: v.string(), version: v.string() }),
        /** Where reports go, for the consent text: the desk's origin. Absent: no desk configured, only Save to file. */
        destination: v.optional(v.string()),
        recording,
        deliveries: v.array(delivery),
      }),
    ),
    setPaused: method(v.object({ paused: v.boolean() }), nothing),
    /** Ends the video of the screen in every window. The page that shows the app begins it, not the panel. */
    stopScreen: method(nothing, nothing),
    /** Resolves when every live window and the host have erased what they kept. Drafts go too; deliveries stay. */
    wipe: method(nothing, v.object({ windows: count, failed: count })),
    /** Asks all windows for their rows. Answers at once; `draft` events tell the progress. */
    createDraft: method(nothing, v.object({ draft })),
    /** The draft as it is now: for a panel that lost its connection and so may have missed `draft` events. */
    getDraft: method(v.object({ draft: uuid }), v.object({ draft })),
    /** Chooses what would be sent. Whole segments, and for dom from the checkout at or before `startMs`. */
    selectDraft: method(
      v.object({ draft: uuid, startMs: instant, endMs: instant, lanes: v.array(lane) }),
      v.object({ draft }),
    ),
    /** Writes the draft as a bundle as it would be sent and answers its size; `readDraft` reads that file by range. */
    assembleDraft: method(
      v.object({ draft: uuid, description: v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH)) }),
      v.object({ bytes: count }),
    ),
    readDraft: method(
      v.object({ draft: uuid, offset: count, length: v.pipe(count, v.maxValue(8 * 1024 * 1024)) }),
      nothing,
    ),
    /** Resolves when the bundle is durable in the outbox (temporary file, fsync, rename); delivery goes on by itself. */
    sendDraft: method(
      v.object({
        draft: uuid,
        description: v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH)),
        consent: v.literal(true),
      }),
      v.object({ delivery }),
    ),
    discardDraft: method(v.object({ draft: uuid }), nothing),
    retryDelivery: method(v.object({ report: uuid }), nothing),
    /** Takes a report that has not been delivered out of the outbox, or a delivered one off the list. */
    removeDelivery: method(v.object({ report: uuid }), nothing),
    /** The bundle of a delivery, by range, for Save to file. */
    readDelivery: method(
      v.object({ report: uuid, offset: count, length: v.pipe(count, v.maxValue(8 * 1024 * 1024)) }),
      nothing,
    ),
    ...proposalMethods,
    ...livePanelMethods,
    /** The audit log, newest first: records before that number, or the newest of all. */
    audit: method(
      v.object({ before: v.optional(count), limit: v.pipe(count, v.minValue(1), v.maxValue(200)) }),
      v.object({ records: v.array(auditEntry), hasMore: v.boolean() }),
    ),
    closePanel: method(nothing, nothing),
  },
  events: {
    recording,
    draft,
    deliveries: v.object({ deliveries: v.array(delivery) }),
    ...proposalEvents,
    ...livePanelEvents,
  },
} as const satisfies Contract;
export type PanelContract = typeof panelContract;

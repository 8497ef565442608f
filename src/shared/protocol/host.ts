import * as v from 'valibot';
import { MAX_TEXT_LENGTH } from '../constants.js';
import { receiptCodeSchema } from '../report/report.js';
import { method, type Contract } from './contract.js';
import { livePanelEvents, livePanelMethods } from './live-host.js';
import { proposalEvents, proposalMethods } from './proposals.js';
import {
  id,
  uuid,
  instant,
  count,
  nothing,
  errorResult,
  lane,
  laneTotal,
  recordingState,
  PANEL_VIEWS,
  screenSurface,
  settings,
} from './recorder-contract.js';

// Everything between a renderer, the panel and the host process, for Electron and for the web host.
// Two capabilities: the recorder's can append and report; the panel's can read the draft, decide and send.
export {
  maxRecorderRequestBytes,
  recorderContract,
  type LaneTotal,
  type PanelView,
  type RecorderContract,
  type RecordingState,
  type ScreenSurface,
} from './recorder-contract.js';

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
    /** The customer asked for the panel, which is open: where it has a window of its own, that can be hours old. */
    asked: v.object({ view: v.picklist(PANEL_VIEWS) }),
    ...proposalEvents,
    ...livePanelEvents,
  },
} as const satisfies Contract;
export type PanelContract = typeof panelContract;

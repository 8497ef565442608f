import * as v from 'valibot';
import { HAND_OVER_CHUNK_BYTES } from '../constants.js';
import { MASKED_KINDS } from '../privacy/policy.js';
import { anchorSchema } from '../session/clock.js';
import { laneSchema, MAX_LANES } from '../session/lane.js';
import { segmentSchema } from '../session/segment.js';
import { method, type Contract } from './contract.js';
import { MAX_FRAME_JSON_BYTES } from './frame.js';
import { liveRecorderEvents, liveRecorderMethods, MAX_LIVE_LETTER_REQUEST_BYTES } from './live-recorder.js';

// The recorder's half of host.ts, and what both halves are made of. In a file of its own, as every page that is recorded loads it.

export const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/));
export const uuid = v.pipe(v.string(), v.uuid());
export const instant = v.pipe(v.number(), v.finite());
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const nothing = v.object({});
/** A part of a value, as MaskedValues keeps it. */
const maskedText = v.pipe(v.string(), v.maxLength(1000));
export const errorResult = v.object({ code: v.string(), message: v.string() });
export const lane = laneSchema;
/** Counts of one lane. `bytes` is plain, `storedBytes` is what it takes in the ring and in the bundle. */
export const laneTotal = v.object({ lane, events: count, bytes: count, storedBytes: count });
export type LaneTotal = v.InferOutput<typeof laneTotal>;

export const RECORDING_STATES = ['starting', 'recording', 'paused', 'failed'] as const;
export const recordingState = v.picklist(RECORDING_STATES);
export type RecordingState = v.InferOutput<typeof recordingState>;

/** What a video is recorded of: the window of the app, or a screen (or another window) that the customer chose. */
export const SCREEN_SURFACES = ['app', 'screen'] as const;
export type ScreenSurface = (typeof SCREEN_SURFACES)[number];
export const screenSurface = v.picklist(SCREEN_SURFACES);

export const PANEL_VIEWS = ['send', 'wipe', 'recording', 'approvals', 'live'] as const;
export type PanelView = (typeof PANEL_VIEWS)[number];

export const settings = v.object({ maxAgeMs: instant, maxBytes: count });

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
        lanes: v.pipe(v.array(laneTotal), v.maxLength(MAX_LANES)),
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
    /** A full snapshot and a new file of video, now: what comes can leave without what was before. */
    checkout: nothing,
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

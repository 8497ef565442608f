import * as v from 'valibot';
import { MAX_PART_BYTES, MAX_TEXT_LENGTH } from '../constants.js';
import { commandEntrySchemas } from './command-entries.js';
import { publicIdentitySchema } from '../crypto/keys.js';
import { pictureSchema } from './picture.js';

const uuid = v.pipe(v.string(), v.uuid());
const instant = v.pipe(v.number(), v.finite());
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

/**
 * What the customer reads out on the phone: ten characters of Crockford's base 32 (50 random bits, no I, L, O, U) in
 * two groups and a check character, `K7QF2-9DM4X-7`. It names a report and opens nothing.
 */
export const receiptCodeSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]$/),
);

/** One part of a report, as the store's `report.json` lists it. Parts are immutable and numbered from 0. */
export const partSchema = v.object({
  number: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999)),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PART_BYTES)),
  sha256,
});
export type Part = v.InferOutput<typeof partSchema>;

export const STATUSES = ['new', 'open', 'waiting', 'closed'] as const;

/** One entry of a report's conversation. Append-only: an entry is never changed, a later one says more. */
export const conversationEntrySchema = v.variant('type', [
  v.object({
    type: v.literal('part'),
    id: uuid,
    atMs: instant,
    by: v.picklist(['customer', 'desk']),
    part: partSchema,
  }),
  v.object({
    type: v.literal('quarantine'),
    id: uuid,
    atMs: instant,
    by: v.literal('desk'),
    part: partSchema,
    code: v.string(),
    reason: v.pipe(v.string(), v.maxLength(1000)),
  }),
  v.object({
    type: v.literal('status'),
    id: uuid,
    atMs: instant,
    by: v.picklist(['technician', 'desk']),
    author: v.pipe(v.string(), v.maxLength(100)),
    status: v.picklist(STATUSES),
  }),
  v.object({
    type: v.literal('comment'),
    id: uuid,
    atMs: instant,
    by: v.literal('technician'),
    author: v.pipe(v.string(), v.maxLength(100)),
    text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
    /** The moment that it is pinned to, in session time; absent: about the whole report. */
    momentMs: v.optional(instant),
  }),
  /** A technician has kept a picture of the customer's window. `id` is the picture's, too. */
  v.object({
    type: v.literal('picture'),
    id: uuid,
    atMs: instant,
    by: v.literal('technician'),
    author: v.pipe(v.string(), v.maxLength(100)),
    picture: pictureSchema,
  }),
  ...commandEntrySchemas,
]);
export type ConversationEntry = v.InferOutput<typeof conversationEntrySchema>;

/** The immutable head of a report, written once when its first ticket is asked for. */
export const reportHeadSchema = v.object({
  id: uuid,
  receiptCode: receiptCodeSchema,
  createdMs: instant,
  session: v.pipe(v.string(), v.maxLength(64)),
  app: v.object({ name: v.pipe(v.string(), v.maxLength(200)), version: v.pipe(v.string(), v.maxLength(200)) }),
  description: v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH)),
  /**
   * The install that sends it, so that the desk knows whose mailbox to keep. Nobody has signed this: who writes to an install takes
   * its keys from a part's signed manifest.
   */
  install: v.optional(publicIdentitySchema),
});
export type ReportHead = v.InferOutput<typeof reportHeadSchema>;

/** A row of the inbox: a projection of the store, which can be thrown away and built again. */
export const reportSummarySchema = v.object({
  ...reportHeadSchema.entries,
  status: v.picklist(STATUSES),
  parts: v.array(partSchema),
  quarantined: v.number(),
  bytes: v.number(),
  comments: v.number(),
  errors: v.number(),
  durationMs: v.number(),
  updatedMs: instant,
});
export type ReportSummary = v.InferOutput<typeof reportSummarySchema>;

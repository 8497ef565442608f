import * as v from 'valibot';
import { MAX_TEXT_LENGTH, UPLOAD_CHUNK_BYTES } from '../constants.js';
import { commandSaySchemas } from '../report/command-entries.js';
import {
  conversationEntrySchema,
  partSchema,
  reportHeadSchema,
  reportSummarySchema,
  STATUSES,
} from '../report/report.js';

// The desk's HTTP API. Errors are `{ code, message }` with a fitting status. See docs/desk-api.md.

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

// The customer's side: no account. A ticket is a capability for one part of one report; it travels in a header, never in a URL.
//   POST /api/tickets            ticketRequest → ticketAnswer; asking again for the same part answers how far it is.
//                                Authorization: Bearer KEY where the desk wants an ingest key
//   PUT  /api/upload             Authorization: Bearer TICKET, Upload-Offset: N, Content-Type: application/octet-stream,
//                                body: at most UPLOAD_CHUNK_BYTES → uploadAnswer
//   POST /api/upload/places      Authorization: Bearer TICKET, placesRequest → placesAnswer, where the ticket has `chunkBytes`: the
//                                bytes go straight to the desk's store, one PUT for each chunk to the address that is given for it
//   POST /api/upload/complete    Authorization: Bearer TICKET → completeAnswer, once all bytes are there and were read
// 409 with `receivedBytes` (uploadConflict): go on from there. 401 `ticket-unknown`: ask for a new ticket.
// 409 `part-differs`, `report-differs` and any other 4xx but 408 and 429: trying again will not help.
export const ticketRequestSchema = v.object({ report: reportHeadSchema, part: partSchema });
export type TicketRequest = v.InferOutput<typeof ticketRequestSchema>;
/** `accepted`, `quarantined`: this part was completed before; nothing is left to do. */
const partStatus = v.picklist(['open', 'accepted', 'quarantined']);
export const ticketAnswerSchema = v.object({
  ticket: v.pipe(v.string(), v.maxLength(200)),
  receivedBytes: count,
  status: partStatus,
  /** The bytes go to the desk's store, in chunks of exactly this size and a last one of the rest. */
  chunkBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(UPLOAD_CHUNK_BYTES))),
});
export type TicketAnswer = v.InferOutput<typeof ticketAnswerSchema>;
/** Where a chunk goes: a PUT of exactly `bytes` bytes, without any header of ours. Who has the URL can do that and nothing else. */
const chunkPlaceSchema = v.object({
  offset: count,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(UPLOAD_CHUNK_BYTES)),
  url: v.pipe(v.string(), v.url(), v.maxLength(4096)),
});
export type ChunkPlace = v.InferOutput<typeof chunkPlaceSchema>;
/** `offset`: where the next chunk begins. */
export const placesRequestSchema = v.object({ offset: count });
export const placesAnswerSchema = v.object({
  /** That chunk and some that follow it. */
  places: v.pipe(v.array(chunkPlaceSchema), v.minLength(1), v.maxLength(16)),
  /** How long the addresses are good. */
  lifeMs: v.pipe(v.number(), v.finite(), v.minValue(0)),
});
export type PlacesAnswer = v.InferOutput<typeof placesAnswerSchema>;
export const uploadAnswerSchema = v.object({ receivedBytes: count });
/** The body of a 409 that trying again heals: the desk's offset is `receivedBytes`. */
export const uploadConflictSchema = v.object({ code: v.string(), message: v.string(), receivedBytes: count });
export type UploadConflict = v.InferOutput<typeof uploadConflictSchema>;
export const completeAnswerSchema = v.object({
  status: v.picklist(['accepted', 'quarantined']),
  code: v.optional(v.string()),
  message: v.optional(v.string()),
});
export type CompleteAnswer = v.InferOutput<typeof completeAnswerSchema>;

// The technician's side: a cookie (HttpOnly, SameSite=Strict), got for a one-time code or the desk's token.
//   POST   /api/session                      sessionRequest → sessionAnswer
//   GET    /api/session                      sessionAnswer, or 401
//   DELETE /api/session
//   GET    /api/reports?query=&status=&before=&limit=   inboxAnswer, newest arrival first; `before`: the id of the last row seen
//   GET    /api/reports/:id                  reportAnswer
//   GET    /api/reports/:id/parts/:number    the bundle, by Range; or a redirect to where it is read so
//   POST   /api/reports/:id/conversation     sayRequest → conversationEntry
export const sessionRequestSchema = v.union([
  v.object({ code: v.pipe(v.string(), v.maxLength(200)), name: v.optional(v.pipe(v.string(), v.maxLength(100))) }),
  v.object({ token: v.pipe(v.string(), v.maxLength(200)), name: v.optional(v.pipe(v.string(), v.maxLength(100))) }),
]);
export const sessionAnswerSchema = v.object({ name: v.string() });
export const inboxAnswerSchema = v.object({ reports: v.array(reportSummarySchema), total: count });
export type InboxAnswer = v.InferOutput<typeof inboxAnswerSchema>;
export const reportAnswerSchema = v.object({
  report: reportSummarySchema,
  conversation: v.array(conversationEntrySchema),
  /** Conversation entries in the store that could not be read and are left out. */
  skipped: v.optional(count),
  /** The conversation goes on: what follows is asked for by the id of the last entry. */
  more: v.optional(v.literal(true)),
});
export type ReportAnswer = v.InferOutput<typeof reportAnswerSchema>;
export const sayRequestSchema = v.variant('type', [
  v.object({
    type: v.literal('comment'),
    text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
    momentMs: v.optional(v.pipe(v.number(), v.finite())),
  }),
  v.object({ type: v.literal('status'), status: v.picklist(STATUSES) }),
  ...commandSaySchemas,
]);
export type SayRequest = v.InferOutput<typeof sayRequestSchema>;

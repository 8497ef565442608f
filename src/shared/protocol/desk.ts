import * as v from 'valibot';
import { MAX_TEXT_LENGTH } from '../constants.js';
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
//   POST /api/tickets            ticketRequest → ticketAnswer; asking again for the same part answers how far it is
//   PUT  /api/upload             Authorization: Bearer TICKET, Upload-Offset: N, body: at most UPLOAD_CHUNK_BYTES → uploadAnswer
//   POST /api/upload/complete    Authorization: Bearer TICKET → completeAnswer, once all bytes are there and were read
export const ticketRequestSchema = v.object({ report: reportHeadSchema, part: partSchema });
export type TicketRequest = v.InferOutput<typeof ticketRequestSchema>;
/** `accepted`, `quarantined`: this part was completed before; nothing is left to do. */
const partStatus = v.picklist(['open', 'accepted', 'quarantined']);
export const ticketAnswerSchema = v.object({
  ticket: v.pipe(v.string(), v.maxLength(200)),
  receivedBytes: count,
  status: partStatus,
});
export type TicketAnswer = v.InferOutput<typeof ticketAnswerSchema>;
export const uploadAnswerSchema = v.object({ receivedBytes: count });
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
//   GET    /api/reports?query=&status=&before=&limit=   inboxAnswer, newest first
//   GET    /api/reports/:id                  reportAnswer
//   GET    /api/reports/:id/parts/:number    the bundle; Range
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
});
export type ReportAnswer = v.InferOutput<typeof reportAnswerSchema>;
export const sayRequestSchema = v.variant('type', [
  v.object({
    type: v.literal('comment'),
    text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
    momentMs: v.optional(v.pipe(v.number(), v.finite())),
  }),
  v.object({ type: v.literal('status'), status: v.picklist(STATUSES) }),
]);
export type SayRequest = v.InferOutput<typeof sayRequestSchema>;

import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { sayRequestSchema, type InboxAnswer, type ReportAnswer } from '../../shared/protocol/desk.js';
import { STATUSES } from '../../shared/report/report.js';
import { DeskError } from '../errors.js';
import { parse } from '../http/parse.js';
import { namesTag } from '../http/range.js';
import { INBOX_LIMIT, MAX_INBOX_LIMIT, MAX_QUERY_LENGTH, type RateLimits } from '../limits.js';
import { parseQuery } from '../reports/query.js';
import type { Reports } from '../reports/reports.js';
import type { Session } from '../technicians/sessions.js';
import { sendPart, type PartStore } from './part.js';
import { pictureRoutes } from './pictures.js';

export interface ReportRoutesOptions {
  readonly reports: Reports;
  readonly parts: PartStore;
  readonly signedIn: (request: FastifyRequest) => Session;
  /** Names this run of the desk: entity tags of one run say nothing in the next. */
  readonly run: string;
  readonly rateLimits: RateLimits;
}

const id = v.pipe(v.string(), v.uuid(), v.toLowerCase());
const digits = v.pipe(v.string(), v.regex(/^(?:0|[1-9]\d{0,2})$/), v.transform(Number));
const inboxQuerySchema = v.object({
  query: v.optional(v.pipe(v.string(), v.maxLength(MAX_QUERY_LENGTH)), ''),
  status: v.optional(v.picklist(STATUSES)),
  before: v.optional(id),
  limit: v.optional(v.pipe(digits, v.minValue(1), v.maxValue(MAX_INBOX_LIMIT))),
});
const reportParamsSchema = v.object({ id });
const reportQuerySchema = v.object({ after: v.optional(id) });
const partParamsSchema = v.object({ id, number: digits });

/** What technicians call. Nothing here answers anybody who is not signed in. */
export function reportRoutes(app: FastifyInstance, options: ReportRoutesOptions): void {
  const { reports, parts, signedIn, run, rateLimits } = options;
  const calls = { config: { rateLimit: { max: rateLimits.calls } } };

  app.register((scope, _options, registered) => {
    scope.addHook('onRequest', (request, _reply, next) => {
      signedIn(request);
      next();
    });

    scope.get('/api/reports', calls, (request, reply) => {
      const { query, status, before, limit } = parse(inboxQuerySchema, request.query);
      // Viewers ask every few seconds; what has not changed costs a header.
      const tag = `"${run}.${reports.inbox.revision}"`;
      reply.header('etag', tag).header('cache-control', 'private, no-cache');
      if (namesTag(request.headers['if-none-match'] ?? '', tag)) return reply.status(304).send();
      const asked = { query: parseQuery(query), status, before, limit: limit ?? INBOX_LIMIT };
      const answer: InboxAnswer = reports.inbox.list(asked);
      return reply.send(answer);
    });

    scope.get('/api/reports/:id', calls, async (request, reply) => {
      const { id } = parse(reportParamsSchema, request.params, 'report-unknown');
      const { after } = parse(reportQuerySchema, request.query);
      const revision = reports.inbox.revisionOf(id);
      if (revision === undefined) throw new DeskError('report-unknown');
      // Before the conversation is read: what is added meanwhile makes it another answer.
      const tag = `"${run}.${revision}"`;
      reply.header('etag', tag).header('cache-control', 'private, no-cache');
      if (namesTag(request.headers['if-none-match'] ?? '', tag)) return reply.status(304).send();
      const { entries, skipped, isWhole } = await reports.conversation(id, after);
      // What could not be read now may be readable the next time, and no change would tell. A page is not the answer.
      if (skipped > 0 || !isWhole) reply.removeHeader('etag');
      // After the conversation: the summary is never older than what it sums up.
      const report = reports.inbox.summary(id);
      if (report === undefined) throw new DeskError('report-unknown');
      const answer: ReportAnswer = {
        report,
        conversation: [...entries],
        ...(skipped > 0 ? { skipped } : {}),
        ...(isWhole ? {} : { more: true }),
      };
      return reply.send(answer);
    });

    scope.post('/api/reports/:id/conversation', calls, async (request, reply) => {
      const { id } = parse(reportParamsSchema, request.params, 'report-unknown');
      const said = parse(sayRequestSchema, request.body);
      const entry = await reports.say(id, said, signedIn(request).name);
      return reply.status(201).send(entry);
    });

    scope.route({
      method: ['GET', 'HEAD'],
      url: '/api/reports/:id/parts/:number',
      ...calls,
      handler: (request, reply) => {
        const { id, number } = parse(partParamsSchema, request.params, 'part-unknown');
        const state = reports.inbox.get(id);
        const part = state?.parts.get(number);
        if (state === undefined || part === undefined) throw new DeskError('part-unknown');
        return sendPart(request, reply, parts, state.head, part);
      },
    });
    pictureRoutes(scope, { reports, store: parts.store, signedIn, rateLimits });
    registered();
  });
}

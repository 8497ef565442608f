import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import {
  placesRequestSchema,
  ticketRequestSchema,
  type CompleteAnswer,
  type PlacesAnswer,
  type TicketAnswer,
} from '../../shared/protocol/desk.js';
import { DeskError } from '../errors.js';
import { bearer, parse } from '../http/parse.js';
import type { Intake } from '../intake/intake.js';
import type { RateLimits } from '../limits.js';
import { isSameSecret } from '../secret.js';

export interface CustomerRoutesOptions {
  readonly intake: Intake;
  readonly ingestKey: string | undefined;
  readonly rateLimits: RateLimits;
}

/** What customers' apps call: no account, a ticket per part. */
export function customerRoutes(app: FastifyInstance, { intake, ingestKey, rateLimits }: CustomerRoutesOptions): void {
  const uploads = { config: { rateLimit: { max: rateLimits.uploads } } };

  app.post(
    '/api/tickets',
    { config: { rateLimit: { max: rateLimits.tickets } } },
    async (request): Promise<TicketAnswer> => {
      if (ingestKey !== undefined && !isSameSecret(bearer(request.headers.authorization) ?? '', ingestKey)) {
        throw new DeskError('wrong-ingest-key');
      }
      return intake.ask(parse(ticketRequestSchema, request.body));
    },
  );

  app.post('/api/upload/places', uploads, async (request): Promise<PlacesAnswer> => {
    const { offset } = parse(placesRequestSchema, request.body);
    return intake.places(ticket(request), offset);
  });

  app.post('/api/upload/complete', uploads, async (request): Promise<CompleteAnswer> =>
    intake.complete(ticket(request)),
  );

  // In a scope of its own: here, and only here, a body is a stream of bytes that nobody parses.
  app.register((scope, _options, registered) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, parsed) => {
      parsed(null, payload);
    });
    scope.put('/api/upload', uploads, async (request) => {
      const offset = parseCount(request.headers['upload-offset']);
      if (offset === undefined) throw new DeskError('bad-request');
      const body = (request.body ?? request.raw) as Readable;
      return { receivedBytes: await intake.append(ticket(request), offset, declaredBytes(request), body) };
    });
    registered();
  });
}

function ticket(request: FastifyRequest): string {
  const given = bearer(request.headers.authorization);
  if (given === undefined) throw new DeskError('ticket-unknown');
  return given;
}

function declaredBytes(request: FastifyRequest): number | undefined {
  return parseCount(request.headers['content-length']);
}

function parseCount(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import type { IceServer } from '../../shared/protocol/live-ice.js';
import { joinRequestSchema, type joinAnswerSchema, type roomAnswerSchema } from '../../shared/protocol/live-relay.js';
import { DeskError } from '../errors.js';
import { bearer, parse } from '../http/parse.js';
import type { RateLimits } from '../limits.js';
import { isSameSecret } from '../secret.js';
import type { Rooms } from '../signaling/rooms.js';
import type { Session } from '../technicians/sessions.js';

export interface SignalingRoutesOptions {
  readonly rooms: Rooms;
  /** Fresh ones, with credentials that end. */
  readonly iceServers: () => IceServer[];
  readonly ingestKey: string | undefined;
  readonly signedIn: (request: FastifyRequest) => Session;
  readonly rateLimits: RateLimits;
}

/** How a customer and a technician find each other by a code. What they say to each other then goes through SignalingSockets. */
export function signalingRoutes(app: FastifyInstance, options: SignalingRoutesOptions): void {
  const { rooms, iceServers, ingestKey, signedIn, rateLimits } = options;
  const customers = { config: { rateLimit: { max: rateLimits.liveRooms } } };

  const checkCustomer = (request: FastifyRequest): void => {
    if (ingestKey !== undefined && !isSameSecret(bearer(request.headers.authorization) ?? '', ingestKey)) {
      throw new DeskError('wrong-ingest-key');
    }
  };

  app.post('/api/live/rooms', customers, (request): Promise<v.InferOutput<typeof roomAnswerSchema>> => {
    checkCustomer(request);
    return Promise.resolve({ ...rooms.open(), iceServers: iceServers() });
  });

  app.post(
    '/api/live/join',
    { config: { rateLimit: { max: rateLimits.liveGuesses } } },
    (request): Promise<v.InferOutput<typeof joinAnswerSchema>> => {
      signedIn(request);
      const { code } = parse(joinRequestSchema, request.body);
      return Promise.resolve({ ...rooms.join(code), iceServers: iceServers() });
    },
  );

  // For pairing by letters, which needs no room: the same servers for both sides.
  app.post('/api/live/ice', customers, (request) => {
    if (ingestKey !== undefined && request.headers.authorization === undefined) signedIn(request);
    else checkCustomer(request);
    return Promise.resolve({ iceServers: iceServers() });
  });
}

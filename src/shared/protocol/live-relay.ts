import * as v from 'valibot';
import { iceServersSchema } from './live-ice.js';
import { MAX_SIGNAL_LENGTH } from './live.js';

// The desk's relay: two sides that share a pairing code pass signals to each other through it. See docs/desk-api.md, "Live sessions".
//   POST /api/live/rooms   {} → roomAnswer           the customer's side; Authorization: Bearer KEY where the desk has an ingest key
//   POST /api/live/join    joinRequest → joinAnswer   a technician, signed in; one guess
//   GET  /api/live/socket  a WebSocket. The first message is a relayGreeting; then relayMessages come, and signals go, as text

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ticket = v.pipe(v.string(), v.regex(/^[\w-]{43}$/));
/** Without its separator: seven random characters of Crockford's base 32 and one to check them. */
export const pairingCodeSchema = v.pipe(v.string(), v.regex(/^[0-9A-HJKMNP-TV-Z]{8}$/));

export const roomAnswerSchema = v.object({
  code: pairingCodeSchema,
  ticket,
  /** How long somebody may join by this code. */
  lifeMs: count,
  iceServers: iceServersSchema,
});
export const joinRequestSchema = v.object({ code: pairingCodeSchema });
export const joinAnswerSchema = v.object({ ticket, iceServers: iceServersSchema });
export type JoinAnswer = v.InferOutput<typeof joinAnswerSchema>;
/** Of `POST /api/live/ice`. */
export const iceAnswerSchema = v.object({ iceServers: iceServersSchema });

export const relayGreetingSchema = v.object({ ticket });
/** `joined`: the other side is there, and hears what is sent from now on; `over`: nothing more comes. */
export const relayMessageSchema = v.union([
  v.object({ event: v.picklist(['joined', 'left', 'over']) }),
  v.object({ signal: v.pipe(v.string(), v.maxLength(MAX_SIGNAL_LENGTH)) }),
]);
export type RelayMessage = v.InferOutput<typeof relayMessageSchema>;

/** The desk does not know the ticket, or the room has ended: coming back will not help. */
export const TICKET_REFUSED_CLOSE = 4401;

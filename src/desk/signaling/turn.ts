import { createHmac, randomBytes } from 'node:crypto';
import type { IceServer } from '../../shared/protocol/live-ice.js';
import { MAX_ROOM_LIFE_MS } from './rooms.js';

export interface IceOptions {
  /** `stun:` and `stuns:` addresses; default: none, and nobody else's. */
  readonly stun?: readonly string[];
  /** `turn:` and `turns:` addresses, and the secret that the server shares with the desk (coturn: `static-auth-secret`). */
  readonly turn?: { readonly urls: readonly string[]; readonly secret: string };
}

/**
 * How long credentials are good: as long as a room, so that a connection that is lost late in a session can be made again by the same relay.
 * coturn looks at the time when a client begins, so that a session that stands is not cut.
 */
export const TURN_LIFE_MS = MAX_ROOM_LIFE_MS;

/**
 * What a browser is given to find a way. The credentials are those of coturn's `use-auth-secret`
 * (https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00): the end of their life and a name that says nothing.
 */
export function iceServers({ stun = [], turn }: IceOptions, nowMs: number): IceServer[] {
  const servers: IceServer[] = stun.length === 0 ? [] : [{ urls: [...stun] }];
  if (turn === undefined) return servers;
  const username = `${Math.floor((nowMs + TURN_LIFE_MS) / 1000)}:${randomBytes(8).toString('hex')}`;
  const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
  return [...servers, { urls: [...turn.urls], username, credential }];
}

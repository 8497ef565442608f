import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sessionRequestSchema } from '../../shared/protocol/desk.js';
import { DeskError } from '../errors.js';
import { parse } from '../http/parse.js';
import type { RateLimits } from '../limits.js';
import { isSameSecret } from '../secret.js';
import type { Codes } from '../technicians/codes.js';
import type { Session, Sessions } from '../technicians/sessions.js';

export interface SignInOptions {
  readonly sessions: Sessions;
  readonly codes: Codes;
  readonly token: string;
  readonly isSecure: boolean;
  /** Known once the desk listens. Cookies ignore ports: a name with the port keeps two desks of one machine apart. */
  readonly port: () => number;
  readonly rateLimits: RateLimits;
}

/** Signing in and out; answers the function that tells who calls, or throws `not-signed-in`. */
export function sessionRoutes(app: FastifyInstance, options: SignInOptions): (request: FastifyRequest) => Session {
  const { sessions, codes, token, isSecure, rateLimits } = options;
  // `__Host-`: the browser refuses it from anything but this very host over TLS.
  const cookieName = (): string => `${isSecure ? '__Host-' : ''}fluxrec-desk-${options.port()}`;
  const cookieOptions: CookieSerializeOptions = { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure };
  const cookieOf = (request: FastifyRequest): string | undefined => request.cookies[cookieName()];

  const signedIn = (request: FastifyRequest): Session => {
    const session = sessions.find(cookieOf(request));
    if (session === undefined) throw new DeskError('not-signed-in');
    return session;
  };

  app.post('/api/session', { config: { rateLimit: { max: rateLimits.signIns } } }, async (request, reply) => {
    const proof = parse(sessionRequestSchema, request.body);
    const isRight = 'code' in proof ? codes.redeem(proof.code) : isSameSecret(proof.token, token);
    if (!isRight) throw new DeskError('wrong-credentials');
    const previous = cookieOf(request);
    if (previous !== undefined) await sessions.end(previous);
    const { cookie, session } = await sessions.start(cleanName(proof.name));
    reply.setCookie(cookieName(), cookie, { ...cookieOptions, expires: new Date(session.expiresMs) });
    return { name: session.name };
  });

  const calls = { config: { rateLimit: { max: rateLimits.calls } } };
  app.get('/api/session', calls, (request) => Promise.resolve({ name: signedIn(request).name }));

  app.delete('/api/session', calls, async (request, reply) => {
    const cookie = cookieOf(request);
    if (cookie !== undefined) await sessions.end(cookie);
    reply.clearCookie(cookieName(), cookieOptions).status(204);
    return reply.send();
  });

  return signedIn;
}

/** A name as it is shown beside comments: no control characters, no line breaks. */
function cleanName(name: string | undefined): string {
  const clean = (name ?? '').replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return clean === '' ? 'Technician' : clean;
}

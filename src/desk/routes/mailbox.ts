import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { MAX_SEALED_LETTER_BYTES } from '../../shared/constants.js';
import { signingKeySchema } from '../../shared/crypto/keys.js';
import { MAX_LETTER_WAIT_MS, removeRequestSchema, tokenRequestSchema } from '../../shared/protocol/mailbox.js';
import { DeskError } from '../errors.js';
import { bearer, parse } from '../http/parse.js';
import type { RateLimits } from '../limits.js';
import type { KnownInstalls } from '../mailbox/known-installs.js';
import type { Mailboxes } from '../mailbox/mailboxes.js';
import type { TechniciansFile } from '../mailbox/technicians-file.js';
import type { MailboxOwner, MailboxTokens } from '../mailbox/tokens.js';
import { isSameSecret } from '../secret.js';
import type { Session } from '../technicians/sessions.js';

export interface MailboxRoutesOptions {
  readonly mailboxes: Mailboxes;
  readonly tokens: MailboxTokens;
  readonly technicians: TechniciansFile;
  readonly installs: KnownInstalls;
  readonly ingestKey: string | undefined;
  readonly signedIn: (request: FastifyRequest) => Session;
  /** Whether an origin is one by which this request could have reached the desk. */
  readonly isOwnOrigin: (origin: string, request: FastifyRequest) => boolean;
  readonly rateLimits: RateLimits;
}

const waitSchema = v.object({
  waitMs: v.optional(v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number)), '0'),
});
const addressSchema = v.object({
  'letter-to': signingKeySchema,
  'letter-id': v.pipe(v.string(), v.uuid(), v.toLowerCase()),
});

/** Letters between installs and technicians. The desk carries them; it cannot open, write or change one. */
export function mailboxRoutes(app: FastifyInstance, options: MailboxRoutesOptions): void {
  const { mailboxes, tokens, technicians, installs, ingestKey, signedIn, isOwnOrigin, rateLimits } = options;
  const letters = { config: { rateLimit: { max: rateLimits.letters } } };
  const ownerOf = (request: FastifyRequest): MailboxOwner => tokens.ownerOf(bearer(request.headers.authorization));

  app.get('/api/technicians', letters, async (request) => {
    const key = bearer(request.headers.authorization);
    // With the apps' key, or signed in.
    if (ingestKey !== undefined && (key === undefined || !isSameSecret(key, ingestKey))) signedIn(request);
    const signed = await technicians.signed();
    if (signed === undefined) throw new DeskError('technicians-missing');
    return signed;
  });

  app.post('/api/mailbox/challenge', letters, () => Promise.resolve({ nonce: tokens.challenge() }));

  app.post('/api/mailbox/token', letters, async (request) => {
    const proof = parse(tokenRequestSchema, request.body);
    if (!isOwnOrigin(proof.origin, request)) throw new DeskError('mailbox-proof-wrong');
    await tokens.check(proof);
    const { signingKey } = proof;
    if (installs.has(signingKey)) return tokens.mint({ role: 'install', signingKey });
    if (!(await technicians.has(signingKey))) throw new DeskError('mailbox-unknown');
    signedIn(request);
    return tokens.mint({ role: 'technician', signingKey });
  });

  app.get('/api/mailbox/letters', letters, async (request, reply) => {
    const { signingKey } = ownerOf(request);
    const { waitMs } = parse(waitSchema, request.query);
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    const found = await mailboxes.take(signingKey, Math.min(waitMs, MAX_LETTER_WAIT_MS), gone.signal);
    return { letters: found.map(({ id, sealed }) => ({ id, sealed: sealed.toString('base64') })) };
  });

  app.post('/api/mailbox/remove', letters, async (request) => {
    const { signingKey } = ownerOf(request);
    await mailboxes.remove(signingKey, parse(removeRequestSchema, request.body).ids);
    return {};
  });

  // In a scope of its own: here a body is bytes that nobody parses.
  app.register((scope, _options, registered) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MAX_SEALED_LETTER_BYTES },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.post('/api/mailbox/letters', letters, async (request, reply) => {
      const { role } = ownerOf(request);
      const { 'letter-to': to, 'letter-id': id } = parse(addressSchema, request.headers);
      // Installs write to technicians and technicians to installs; nobody to anybody else.
      const isKnown = role === 'install' ? await technicians.has(to) : installs.has(to);
      if (!isKnown) throw new DeskError('recipient-unknown');
      if (!Buffer.isBuffer(request.body) || request.body.length === 0) throw new DeskError('bad-request');
      await mailboxes.put(to, id, request.body);
      return reply.status(201).send({ id });
    });
    registered();
  });
}

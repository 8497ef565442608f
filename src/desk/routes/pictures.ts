import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { MAX_PICTURE_BYTES, type Picture } from '../../shared/report/picture.js';
import type { ObjectStore } from '../../store/object-store.js';
import { DeskError } from '../errors.js';
import { parse } from '../http/parse.js';
import { namesTag } from '../http/range.js';
import { PICTURES_AT_ONCE, type RateLimits } from '../limits.js';
import { pictureKey } from '../reports/layout.js';
import type { Reports } from '../reports/reports.js';
import type { Session } from '../technicians/sessions.js';

export interface PictureRoutesOptions {
  readonly reports: Reports;
  readonly store: ObjectStore;
  /** Whoever gets here is signed in. */
  readonly signedIn: (request: FastifyRequest) => Session;
  readonly rateLimits: RateLimits;
}

const id = v.pipe(v.string(), v.uuid(), v.toLowerCase());
const paramsSchema = v.object({ id, picture: id });
/** Unix ms of any year that a clock may show. */
const digits = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number));
const querySchema = v.object({ takenMs: digits });
/** Never changes; `private`: no proxy keeps it. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable, no-transform';
/** A picture is not a document: whoever opens its address sees it, and nothing in it can do anything. */
const PICTURE_CSP = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Pictures of a customer's window that technicians keep in its report. In a scope of its own: only here is a PNG file a body. */
export function pictureRoutes(app: FastifyInstance, options: PictureRoutesOptions): void {
  const { reports, store, signedIn, rateLimits } = options;
  const calls = { config: { rateLimit: { max: rateLimits.calls } } };
  let coming = 0;

  app.register((scope, _options, registered) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'image/png',
      { parseAs: 'buffer', bodyLimit: MAX_PICTURE_BYTES },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );

    scope.put('/api/reports/:id/pictures/:picture', {
      ...calls,
      bodyLimit: MAX_PICTURE_BYTES,
      // Before its first byte is taken.
      onRequest: (_request, reply, next) => {
        if (coming >= PICTURES_AT_ONCE) {
          next(new DeskError('busy'));
          return;
        }
        coming += 1;
        reply.raw.once('close', () => {
          coming -= 1;
        });
        next();
      },
      handler: async (request, reply): Promise<Picture> => {
        const { id, picture } = parse(paramsSchema, request.params, 'report-unknown');
        const { takenMs } = parse(querySchema, request.query);
        if (!Buffer.isBuffer(request.body)) throw new DeskError('wrong-media-type');
        reply.status(201);
        return await reports.addPicture(id, picture, { takenMs, bytes: request.body }, signedIn(request).name);
      },
    });

    scope.get('/api/reports/:id/pictures/:picture', calls, async (request, reply) => {
      const { id, picture } = parse(paramsSchema, request.params, 'picture-unknown');
      const kept = reports.inbox.get(id)?.pictures.get(picture);
      if (kept === undefined) throw new DeskError('picture-unknown');
      const tag = `"${kept.sha256}"`;
      if (namesTag(request.headers['if-none-match'] ?? '', tag)) {
        return reply.headers({ etag: tag, 'cache-control': CACHE_CONTROL }).status(304).send();
      }
      // Before any header: a file that cannot be read must not be answered as one that may be kept for ever.
      const body = await store.range(pictureKey(id, picture), 0, kept.bytes);
      reply.headers({
        etag: tag,
        'cache-control': CACHE_CONTROL,
        'content-type': 'image/png',
        'content-disposition': `inline; filename="${picture}.png"`,
        'content-security-policy': PICTURE_CSP,
        'content-length': kept.bytes,
      });
      return reply.send(body);
    });
    registered();
  });
}

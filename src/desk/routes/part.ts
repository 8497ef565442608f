import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Part, ReportHead } from '../../shared/report/report.js';
import type { ObjectStore } from '../../store/object-store.js';
import { DeskError } from '../errors.js';
import { namesTag, parseRange } from '../http/range.js';
import { partKey } from '../reports/layout.js';

/** `private`: no proxy keeps a customer's recording. `no-transform`: ranges are of these very bytes. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable, no-transform';

/** Answers a part or a range of it. Parts never change, so their hash is their entity tag and they may be kept for ever. */
export async function sendPart(
  request: FastifyRequest,
  reply: FastifyReply,
  store: ObjectStore,
  head: ReportHead,
  part: Part,
): Promise<FastifyReply> {
  const tag = `"${part.sha256}"`;
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'if-range': ifRange } = request.headers;
  if (ifMatch !== undefined && !namesTag(ifMatch, tag)) throw new DeskError('precondition-failed');
  if (ifNoneMatch !== undefined && namesTag(ifNoneMatch, tag)) {
    return reply.headers({ etag: tag, 'cache-control': CACHE_CONTROL }).status(304).send();
  }

  // A stale If-Range asks for everything: ranges of two different files would be mixed.
  const isRanged = ifRange === undefined || ifRange === tag;
  const range = parseRange(isRanged ? request.headers.range : undefined, part.bytes);
  if (range === 'unsatisfiable') {
    throw new DeskError('range-unsatisfiable', { headers: { 'content-range': `bytes */${part.bytes}` } });
  }
  const { start, end } = range === 'whole' ? { start: 0, end: part.bytes - 1 } : range;
  const length = end - start + 1;
  const isHead = request.method === 'HEAD';
  // Before any header: a file that cannot be read must not be answered as one that may be kept for ever.
  const body = isHead ? undefined : await store.range(partKey(head.id, part.number), start, length);
  reply.headers({
    etag: tag,
    'accept-ranges': 'bytes',
    'cache-control': CACHE_CONTROL,
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${head.receiptCode}-${part.number}.fluxrec"`,
    'content-length': length,
  });
  if (range !== 'whole') reply.status(206).header('content-range', `bytes ${start}-${end}/${part.bytes}`);
  return reply.send(body);
}

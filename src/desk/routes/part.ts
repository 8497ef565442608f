import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Part, ReportHead } from '../../shared/report/report.js';
import type { ObjectStore } from '../../store/object-store.js';
import type { S3Direct } from '../../store/s3/s3-direct.js';
import { DeskError } from '../errors.js';
import { namesTag, parseRange } from '../http/range.js';
import { READ_URL_LIFE_MS } from '../limits.js';
import { partKey } from '../reports/layout.js';

/** `private`: no proxy keeps a customer's recording. `no-transform`: ranges are of these very bytes. */
const CACHE_CONTROL = 'private, max-age=31536000, immutable, no-transform';

export interface PartStore {
  readonly store: ObjectStore;
  /** Where technicians' browsers read from the store by themselves. */
  readonly direct: S3Direct | undefined;
}

/** Answers a part or a range of it, or where the store answers that. Parts never change, so their hash is their entity tag and they may be kept for ever. */
export async function sendPart(
  request: FastifyRequest,
  reply: FastifyReply,
  { store, direct }: PartStore,
  head: ReportHead,
  part: Part,
): Promise<FastifyReply> {
  const tag = `"${part.sha256}"`;
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch, 'if-range': ifRange } = request.headers;
  if (ifMatch !== undefined && !namesTag(ifMatch, tag)) throw new DeskError('precondition-failed');
  if (ifNoneMatch !== undefined && namesTag(ifNoneMatch, tag)) {
    return reply.headers({ etag: tag, 'cache-control': CACHE_CONTROL }).status(304).send();
  }

  const fileName = `${head.receiptCode}-${part.number}.fluxrec`;
  if (direct !== undefined && request.method !== 'HEAD') {
    const url = await direct.readUrl(partKey(head.id, part.number), READ_URL_LIFE_MS / 1000, { fileName });
    // Not kept: it is good for a while, and for whoever is signed in now.
    return reply.header('cache-control', 'no-store').redirect(url, 307);
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
    'content-disposition': `attachment; filename="${fileName}"`,
    'content-length': length,
  });
  if (range !== 'whole') reply.status(206).header('content-range', `bytes ${start}-${end}/${part.bytes}`);
  return reply.send(body);
}

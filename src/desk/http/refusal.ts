import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { BundleError } from '../../shared/bundle/errors.js';
import { FluxionError, toErrorResult } from '../../shared/errors.js';
import { isDiskFull, StoreError, systemCode } from '../../store/errors.js';
import { DeskError, type DeskErrorCode } from '../errors.js';
import type { Log } from '../log.js';

// Fastify's own refusals in the desk's words.
const BY_STATUS: Readonly<Record<number, DeskErrorCode>> = {
  400: 'bad-request',
  404: 'not-found',
  413: 'too-large',
  415: 'wrong-media-type',
  429: 'too-many-requests',
};

function toDeskError(error: FastifyError | FluxionError): DeskError | undefined {
  if (error instanceof DeskError) return error;
  if (isDiskFull(error) || (error instanceof StoreError && error.code === 'disk-full')) {
    return new DeskError('disk-full', { cause: error });
  }
  if (error instanceof StoreError && error.code === 'store-unreachable') {
    return new DeskError('store-unreachable', { cause: error });
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  const code = BY_STATUS[status] ?? (status < 500 ? 'bad-request' : undefined);
  return code === undefined ? undefined : new DeskError(code, { cause: error });
}

/** Answers any error as `{ code, message }`. What was not foreseen is logged whole and told in no detail. */
export function refuse(
  error: FastifyError | FluxionError,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Log,
): void {
  // The client went away in the middle of its request: nobody hears the answer, and nothing is wrong with the desk.
  const isCut = request.raw.destroyed && !request.raw.complete;
  const known = toDeskError(error);
  if (known === undefined && !isCut) {
    const cause = error instanceof FluxionError && error.cause instanceof Error ? error.cause : error;
    const detail = error instanceof BundleError ? error.detail : undefined;
    log.error({ code: error.code, system: systemCode(cause), detail, stack: cause.stack }, 'unforeseen error');
  }
  if (known?.code === 'store-unreachable') log.warn({ system: systemCode(known.cause) }, 'store does not answer');
  const status = known?.status ?? 500;
  // A body that was not read to its end would be taken for the next request.
  if (status === 413) reply.header('connection', 'close');
  if (status === 503 && reply.getHeader('retry-after') === undefined) reply.header('retry-after', '30');
  const answer = toErrorResult(known ?? error);
  reply.status(status).headers(known?.headers ?? {});
  // A person who mistyped an address reads a sentence; programs call below /api.
  if (request.url.startsWith('/api/')) reply.send({ ...answer, ...known?.details });
  else reply.type('text/plain; charset=utf-8').send(`${answer.message}\n`);
}

import { UPLOAD_CHUNK_BYTES } from '../../shared/constants.js';
import type { CompleteAnswer } from '../../shared/protocol/desk.js';
import { DeskDelay, TicketUnknown, type DeskClient } from './desk-client.js';
import type { OutboxRecord, OutboxStore } from './outbox-store.js';
import { ServiceError } from './service-errors.js';

export interface UploadOptions {
  readonly client: DeskClient;
  readonly store: OutboxStore;
  readonly record: OutboxRecord;
  readonly signal: AbortSignal;
  readonly monoMs: () => number;
  readonly onProgress: (sentBytes: number) => void;
}

/** Small at first, so that a slow line shows progress and loses little; doubled while chunks are quick, halved when they are slow. */
const FIRST_CHUNK_BYTES = 256 * 1024;
const LEAST_CHUNK_BYTES = 32 * 1024;
const QUICK_MS = 2000;
const SLOW_MS = 15_000;
/** At this time a chunk is given up; what the desk has of it counts. */
const CHUNK_TIMEOUT_MS = 60_000;
/** A desk that forgets its ticket, or misses bytes that it said it had, is asked this often before the next attempt. */
const MAX_ROUNDS = 3;

/**
 * Sends one part to the desk: from where the desk says that it is, however it came there. Resolves with the desk's verdict;
 * rejects with a DeskRefusal, a DeskDelay, or a ServiceError where the bundle is no longer what it was. Sending the same part
 * twice gives one part.
 */
export async function uploadPart(options: UploadOptions): Promise<CompleteAnswer> {
  const { client, record, store, signal } = options;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const ticket = await client.ticket({ report: record.head, part: record.part }, signal);
    if (ticket.status !== 'open') return { status: ticket.status };
    try {
      await uploadFrom(options, ticket.ticket, ticket.receivedBytes);
      const answer = await client.complete(ticket.ticket, signal);
      if ('status' in answer) return answer;
      // Damaged on its way is sent again; damaged here is lost.
      if (!(await store.isSound(record))) throw new ServiceError('bundle-lost');
    } catch (error) {
      if (!(error instanceof TicketUnknown)) throw error;
    }
  }
  throw confused();
}

async function uploadFrom(options: UploadOptions, ticket: string, receivedBytes: number): Promise<void> {
  const { client, store, record, signal, monoMs, onProgress } = options;
  let chunkBytes = FIRST_CHUNK_BYTES;
  let offset = receivedBytes;
  let backwards = 0;
  onProgress(offset);
  while (offset < record.part.bytes) {
    const bytes = await readBundle(store, record, offset, chunkBytes);
    const startMs = monoMs();
    const received = await client.upload(ticket, offset, bytes, CHUNK_TIMEOUT_MS, signal);
    const tookMs = monoMs() - startMs;
    if (received > record.part.bytes) throw confused();
    // The desk may have less than we thought (it was restored), but it must get on.
    if (received <= offset && (backwards += 1) > 3) throw confused();
    offset = received;
    onProgress(offset);
    if (tookMs < QUICK_MS) chunkBytes = Math.min(UPLOAD_CHUNK_BYTES, chunkBytes * 2);
    else if (tookMs > SLOW_MS) chunkBytes = Math.max(LEAST_CHUNK_BYTES, chunkBytes / 2);
  }
}

async function readBundle(
  store: OutboxStore,
  record: OutboxRecord,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await store.read(record, offset, length);
    if (bytes.length > 0) return bytes;
    throw new ServiceError('bundle-lost');
  } catch (error) {
    throw error instanceof ServiceError ? error : new ServiceError('bundle-lost', { cause: error });
  }
}

function confused(): DeskDelay {
  return new DeskDelay(
    'desk-confused',
    'The support team’s server gave answers that do not fit. It is tried again by itself.',
  );
}

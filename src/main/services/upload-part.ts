import { UPLOAD_CHUNK_BYTES } from '../../shared/constants.js';
import type { CompleteAnswer, TicketAnswer } from '../../shared/protocol/desk.js';
import { confused, TicketUnknown } from './desk-client.js';
import { isSound, readPart, type UploadOptions } from './part-to-send.js';
import { ServiceError } from './service-errors.js';
import { uploadToStore } from './upload-to-store.js';

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
 * Sends one part: from where the desk says that it is, however it came there, through the desk or straight to its store, as the
 * ticket says. Resolves with the desk's verdict; rejects with a DeskRefusal, a DeskDelay, or a ServiceError where the bundle
 * is no longer what it was. Sending the same part twice gives one part.
 */
export async function uploadPart(options: UploadOptions): Promise<CompleteAnswer> {
  const { client, head, toSend, signal } = options;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const ticket = await client.ticket({ report: head, part: toSend.part }, signal);
    if (ticket.status !== 'open') return { status: ticket.status };
    try {
      await (ticket.chunkBytes === undefined ? uploadToDesk(options, ticket) : uploadToStore(options, ticket));
      const answer = await client.complete(ticket.ticket, signal);
      if ('status' in answer) return answer;
      // Damaged on its way is sent again; damaged here is lost.
      if (!(await isSound(toSend))) throw new ServiceError('bundle-lost');
    } catch (error) {
      if (!(error instanceof TicketUnknown)) throw error;
    }
  }
  throw confused();
}

async function uploadToDesk(options: UploadOptions, { ticket, receivedBytes }: TicketAnswer): Promise<void> {
  const { client, toSend, signal, monoMs, onProgress } = options;
  const { bytes: partBytes } = toSend.part;
  let chunkBytes = FIRST_CHUNK_BYTES;
  let offset = receivedBytes;
  let backwards = 0;
  onProgress({ sentBytes: offset, keptBytes: offset });
  while (offset < partBytes) {
    const bytes = await readPart(toSend, offset, chunkBytes);
    const startMs = monoMs();
    const received = await client.upload(ticket, offset, bytes, CHUNK_TIMEOUT_MS, signal);
    const tookMs = monoMs() - startMs;
    if (received > partBytes) throw confused();
    // The desk may have less than we thought (it was restored), but it must get on.
    if (received <= offset && (backwards += 1) > 3) throw confused();
    offset = received;
    onProgress({ sentBytes: offset, keptBytes: offset });
    if (tookMs < QUICK_MS) chunkBytes = Math.min(UPLOAD_CHUNK_BYTES, chunkBytes * 2);
    else if (tookMs > SLOW_MS) chunkBytes = Math.max(LEAST_CHUNK_BYTES, chunkBytes / 2);
  }
}

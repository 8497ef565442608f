import type { ChunkPlace, TicketAnswer } from '../../shared/protocol/desk.js';
import { confused, deskUrlProblem } from './desk-client.js';
import { readPart, type UploadOptions } from './part-to-send.js';
import { putToStore, StoreRefusal } from './put-to-store.js';

/** How often the same chunk is given another address when the store refuses the one that it had. */
const MAX_REFUSALS = 3;
/** An address that is about to expire is not used: the chunk's way takes time. */
const LIFE_MARGIN_MS = 30_000;

/**
 * Sends what is missing of a part straight to the desk's store, one chunk after the other, so that no more than one has to be
 * sent again after a cut. The desk gives an address for each; one that has expired is asked for again.
 */
export async function uploadToStore(options: UploadOptions, { ticket, receivedBytes }: TicketAnswer): Promise<void> {
  const { client, toSend, signal, monoMs, onProgress } = options;
  let known: { readonly places: readonly ChunkPlace[]; readonly untilMs: number } = { places: [], untilMs: 0 };
  let offset = receivedBytes;
  let refusals = 0;
  onProgress({ sentBytes: offset, keptBytes: offset });
  while (offset < toSend.part.bytes) {
    const place = monoMs() < known.untilMs ? known.places.find((one) => one.offset === offset) : undefined;
    if (place === undefined) {
      const askedMs = monoMs();
      const { places, lifeMs } = await client.places(ticket, offset, signal);
      const first = places[0];
      if (first?.offset !== offset || offset + first.bytes > toSend.part.bytes) throw confused();
      // A short life is used as it is: the first chunk of an answer can always be tried.
      known = { places, untilMs: askedMs + Math.max(lifeMs - LIFE_MARGIN_MS, lifeMs / 2) };
    }
    const next = place ?? known.places[0];
    if (next === undefined) throw confused();
    const problem = deskUrlProblem(next.url);
    if (problem !== undefined) throw problem;
    try {
      await putToStore({
        url: next.url,
        bytes: next.bytes,
        read: (from, length) => readPart(toSend, offset + from, length),
        fetch: client.fetch,
        signal,
        onSent: (bytes) => {
          onProgress({ sentBytes: offset + bytes, keptBytes: offset });
        },
      });
    } catch (error) {
      // Its address has expired, or the upload is not the one that it was: the desk knows.
      if (!(error instanceof StoreRefusal) || (refusals += 1) > MAX_REFUSALS) throw error;
      known = { places: [], untilMs: 0 };
      continue;
    }
    refusals = 0;
    offset += next.bytes;
    onProgress({ sentBytes: offset, keptBytes: offset });
  }
}

import { DeskDelay, unreachable, type Fetch } from './desk-client.js';

export interface StorePut {
  readonly url: string;
  /** Exactly so many. */
  readonly bytes: number;
  readonly read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  readonly onSent: (bytes: number) => void;
}

/** The store does not take this chunk at this address: it has expired, or what it belongs to has ended. */
export class StoreRefusal extends DeskDelay {
  constructor(status: number) {
    super('store-refused', 'The support team’s store refused the report. It is tried again by itself.', {
      cause: new Error(`HTTP ${status}`),
    });
  }
}

/** Read and handed on at once: little memory, and nothing that a slow line would wait for. */
const PIECE_BYTES = 512 * 1024;
/** Nothing has moved for so long: the connection is gone. What lies in buffers of the system takes its time on a slow line. */
const SILENCE_MS = 120_000;

/**
 * Puts a chunk into the store. Resolves when the store has all of it, durable. Rejects with a StoreRefusal, a DeskDelay, or
 * what reading it failed with.
 */
export async function putToStore({ url, bytes, read, fetch, signal, onSent }: StorePut): Promise<void> {
  const silence = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const moved = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silence.abort(new Error('nothing moved'));
    }, SILENCE_MS);
    timer.unref();
  };
  let failure: { readonly error: unknown } | undefined;
  let sent = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          moved();
          onSent(sent);
          if (sent === bytes) {
            controller.close();
            return;
          }
          const piece = await read(sent, Math.min(PIECE_BYTES, bytes - sent));
          sent += piece.length;
          controller.enqueue(piece);
        } catch (error) {
          failure = { error };
          controller.error(error);
        }
      },
    },
    { highWaterMark: 1 },
  );
  moved();
  try {
    const init = {
      method: 'PUT',
      body,
      // A stream has no length of its own, and stores take none without.
      headers: { 'Content-Length': String(bytes) },
      duplex: 'half',
      redirect: 'error',
      signal: AbortSignal.any([signal, silence.signal]),
    } as const;
    const response = await fetch(url, init);
    await response.body?.cancel();
    if (response.ok) return;
    if (response.status === 403 || response.status === 404) throw new StoreRefusal(response.status);
    throw new DeskDelay(
      `store-http-${response.status}`,
      'The support team’s store cannot take the report now. It is tried again by itself.',
    );
  } catch (error) {
    signal.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    throw error instanceof DeskDelay ? error : unreachable(error);
  } finally {
    clearTimeout(timer);
  }
}

import { Inflate, inflateSync } from 'fflate';
import { BundleError } from './errors.js';

// Two inflaters. fflate has the last word everywhere: it runs in step with us, so that the bound holds after every slice,
// and it judges a damaged stream alike in Node and in every browser. The native stream goes first where a whole entry is
// wanted: in a page that has just been loaded fflate is not compiled yet, and what the first frame needs took it 95 ms against
// 3 ms (a manifest), 20 against 2 (a chain of eight entries of 50 KB). Whatever the native stream does not answer with exactly the
// promised bytes is given to fflate.

/** Stored bytes per step. A step makes at most 1,032 times as many: 17 MB before the bound is looked at again. */
const SLICE_BYTES = 16 * 1024;
/** Stored bytes up to which a native stream costs more than it does. */
const TINY_BYTES = 2 * 1024;
/** Plain bytes after which other work gets its turn: 20 ms at 200 MB/s. */
const TURN_BYTES = 4 * 1024 * 1024;

/** Unpacks raw deflate piece by piece and never makes more than `plainBytes`. */
export class BoundedInflate {
  readonly #inflate: Inflate;
  readonly #plainBytes: number;
  readonly #path: string;
  readonly #onData: (plain: Uint8Array<ArrayBuffer>) => void;
  #made = 0;
  #sinceTurn = 0;

  constructor(plainBytes: number, path: string, onData: (plain: Uint8Array<ArrayBuffer>) => void) {
    this.#plainBytes = plainBytes;
    this.#path = path;
    this.#onData = onData;
    this.#inflate = new Inflate((plain) => {
      this.#take(plain);
    });
  }

  /** Throws `zip-bomb` when more comes out than was said, `wrong-hash` when it is no deflate stream. */
  async push(stored: Uint8Array, signal?: AbortSignal): Promise<void> {
    for (let at = 0; at < stored.length; at += SLICE_BYTES) {
      this.#step(stored.subarray(at, at + SLICE_BYTES), false);
      if (this.#sinceTurn >= TURN_BYTES) {
        this.#sinceTurn = 0;
        await new Promise<void>((resolve) => setTimeout(resolve, 0));
        signal?.throwIfAborted();
      }
    }
  }

  /** Call it once, after the last piece. Throws `wrong-size` when less came out than was said. */
  end(): void {
    this.#step(new Uint8Array(0), true);
    if (this.#made < this.#plainBytes) throw new BundleError('wrong-size', { path: this.#path, detail: 'plain bytes' });
  }

  #step(slice: Uint8Array, isLast: boolean): void {
    try {
      this.#inflate.push(slice, isLast);
    } catch (error) {
      if (error instanceof BundleError) throw error;
      throw new BundleError('wrong-hash', { path: this.#path, detail: 'deflate', cause: error });
    }
  }

  #take(plain: Uint8Array<ArrayBuffer>): void {
    if (plain.length === 0) return;
    this.#made += plain.length;
    this.#sinceTurn += plain.length;
    if (this.#made > this.#plainBytes) throw new BundleError('zip-bomb', { path: this.#path, detail: 'plain bytes' });
    this.#onData(plain);
  }
}

/** Unpacks a whole entry into one array of exactly `plainBytes`. */
export async function inflateEntry(
  stored: Uint8Array,
  plainBytes: number,
  path: string,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const native = stored.length <= TINY_BYTES ? undefined : await inflateNatively(stored, plainBytes);
  signal?.throwIfAborted();
  if (native !== undefined) return native;
  if (stored.length <= SLICE_BYTES) return inflateSlice(stored, plainBytes, path);
  const plain = new Uint8Array(plainBytes);
  let at = 0;
  const inflate = new BoundedInflate(plainBytes, path, (piece) => {
    plain.set(piece, at);
    at += piece.length;
  });
  await inflate.push(stored, signal);
  inflate.end();
  return plain;
}

/** The whole entry, if the native stream makes exactly `plainBytes` of it; it is stopped at the first byte beyond. */
async function inflateNatively(stored: Uint8Array, plainBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const stream = new DecompressionStream('deflate-raw');
    void feed(stream.writable.getWriter(), stored);
    const reader = stream.readable.getReader();
    const plain = new Uint8Array(plainBytes);
    let at = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (at + read.value.length > plainBytes) {
        await reader.cancel();
        return undefined;
      }
      plain.set(read.value, at);
      at += read.value.length;
    }
    return at === plainBytes ? plain : undefined;
  } catch {
    // No such stream here, or bytes that it refuses: what is wrong with them is fflate's to say.
    return undefined;
  }
}

/** A slice at a time, each when what the one before made is taken: what nobody wants is not made. */
async function feed(writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>, stored: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < stored.length; at += SLICE_BYTES) await writer.write(stored.slice(at, at + SLICE_BYTES));
    await writer.close();
  } catch {
    // Whoever reads hears of it.
  }
}

/**
 * One step for what one step is enough for: without the 300 KB that a stream of fflate's sets up, which for thousands of
 * small entries is most of the work. Bytes beyond the array go nowhere, so one byte more tells of them.
 */
function inflateSlice(stored: Uint8Array, plainBytes: number, path: string): Uint8Array<ArrayBuffer> {
  // Of no bytes at all fflate would make the whole array; the shortest deflate stream has two.
  if (stored.length === 0) throw new BundleError('wrong-hash', { path, detail: 'deflate' });
  let plain: Uint8Array<ArrayBuffer>;
  try {
    plain = inflateSync(stored, { out: new Uint8Array(plainBytes + 1) });
  } catch (cause) {
    // An uncompressed block does not fit: `set` says so, and not fflate.
    if (cause instanceof RangeError) throw new BundleError('zip-bomb', { path, detail: 'plain bytes', cause });
    throw new BundleError('wrong-hash', { path, detail: 'deflate', cause });
  }
  if (plain.length > plainBytes) throw new BundleError('zip-bomb', { path, detail: 'plain bytes' });
  if (plain.length < plainBytes) throw new BundleError('wrong-size', { path, detail: 'plain bytes' });
  return plain.slice();
}

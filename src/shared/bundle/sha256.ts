/** SHA-256 as lower-case hex, by the platform. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

const BLOCK_BYTES = 64;
/** The first 64 primes: SHA-256 takes its constants from their roots (FIPS 180-4, 4.2.2 and 5.3.3). */
const PRIMES = firstPrimes(64);
// Int32Array throughout: V8 keeps what it reads from one as a small integer, which is three times faster.
const ROUND = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}

/** The first 32 bits of the fraction. */
function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
}

/** SHA-256 of what comes piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The digest as lower-case hex. Call it once, last. */
  hex(): Promise<string> | string;
}

/** What may lie in memory whole: nearly every entry is smaller. */
const WHOLE_BYTES = 8 * 1024 * 1024;

/** For a stream of `bytes` bytes: the platform's, which wants them whole, or ours (160 MB/s against 800) for large ones. */
export function sha256Of(bytes: number): Sha256 {
  return bytes <= WHOLE_BYTES ? new WholeSha256(bytes) : new StreamingSha256();
}

class WholeSha256 implements Sha256 {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #filled = 0;

  constructor(bytes: number) {
    this.#bytes = new Uint8Array(bytes);
  }

  update(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  hex(): Promise<string> {
    return sha256Hex(this.#bytes.subarray(0, this.#filled));
  }
}

/** SHA-256 of a stream, which crypto.subtle does not offer. */
export class StreamingSha256 implements Sha256 {
  readonly #state = START.slice();
  readonly #words = new Int32Array(64);
  readonly #block = new Uint8Array(BLOCK_BYTES);
  readonly #blockView = new DataView(this.#block.buffer);
  #filled = 0;
  #length = 0;

  update(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#filled > 0) {
      at = Math.min(BLOCK_BYTES - this.#filled, bytes.length);
      this.#block.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < BLOCK_BYTES) return;
      this.#compress(this.#blockView, 0);
      this.#filled = 0;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.#compress(view, at);
    this.#block.set(bytes.subarray(at), 0);
    this.#filled = bytes.length - at;
  }

  hex(): string {
    const bits = this.#length * 8;
    this.#block[this.#filled] = 0x80;
    this.#block.fill(0, this.#filled + 1);
    if (this.#filled + 9 > BLOCK_BYTES) {
      this.#compress(this.#blockView, 0);
      this.#block.fill(0);
    }
    this.#blockView.setUint32(56, Math.floor(bits / 2 ** 32));
    this.#blockView.setUint32(60, bits >>> 0);
    this.#compress(this.#blockView, 0);
    let hex = '';
    for (const word of this.#state) hex += (word >>> 0).toString(16).padStart(8, '0');
    return hex;
  }

  // FIPS 180-4, 6.2.2, in its letters. Indices are within bounds by construction; the casts only say so.
  #compress(view: DataView, offset: number): void {
    const w = this.#words;
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(offset + i * 4);
    for (let i = 16; i < 64; i++) {
      const w2 = w[i - 2] as number;
      const w15 = w[i - 15] as number;
      const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10);
      const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3);
      w[i] = (s1 + (w[i - 7] as number) + s0 + (w[i - 16] as number)) | 0;
    }
    const state = this.#state;
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    let e = state[4] as number;
    let f = state[5] as number;
    let g = state[6] as number;
    let h = state[7] as number;
    for (let i = 0; i < 64; i++) {
      const sum1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + (ROUND[i] as number) + (w[i] as number)) | 0;
      const sum0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] = (state[0] as number) + a;
    state[1] = (state[1] as number) + b;
    state[2] = (state[2] as number) + c;
    state[3] = (state[3] as number) + d;
    state[4] = (state[4] as number) + e;
    state[5] = (state[5] as number) + f;
    state[6] = (state[6] as number) + g;
    state[7] = (state[7] as number) + h;
  }
}

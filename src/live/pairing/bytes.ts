import { LiveError } from '../../shared/protocol/live-errors.js';

/** Puts numbers and bytes one after the other, most significant byte first. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  uint(value: number, bytes: number): this {
    for (let at = bytes - 1; at >= 0; at -= 1) this.#bytes.push(Math.floor(value / 256 ** at) & 0xff);
    return this;
  }

  put(bytes: Uint8Array): this {
    this.#bytes.push(...bytes);
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}

/** Reads them again. Every method throws `pairing-unreadable` where there are not so many bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  uint(bytes: number): number {
    let value = 0;
    for (const byte of this.take(bytes)) value = value * 256 + byte;
    return value;
  }

  take(bytes: number): Uint8Array {
    if (bytes > this.left) throw new LiveError('pairing-unreadable');
    this.#at += bytes;
    return this.#bytes.subarray(this.#at - bytes, this.#at);
  }
}

/** Unit of the cache: a small entry with its local header; a larger unit would fetch more than is asked for. */
export const BLOCK_BYTES = 16 * 1024;

/** Blocks of one file, by position; the ones not used for longest go first. */
export class BlockCache {
  readonly #blocks = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #maxBlocks: number;
  readonly #size: number;

  constructor(size: number, maxBytes: number) {
    this.#size = size;
    this.#maxBlocks = Math.max(1, Math.floor(maxBytes / BLOCK_BYTES));
  }

  has(block: number): boolean {
    return this.#blocks.has(block);
  }

  /** Keeps the blocks that lie whole in a fetched stretch; the file's last block may be short. */
  put(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    const end = offset + bytes.length;
    for (let block = Math.ceil(offset / BLOCK_BYTES); block * BLOCK_BYTES < end; block += 1) {
      const from = block * BLOCK_BYTES;
      const to = Math.min(from + BLOCK_BYTES, this.#size);
      if (to > end) break;
      this.#blocks.delete(block);
      // A copy: a view would keep the whole fetched stretch alive.
      this.#blocks.set(block, bytes.slice(from - offset, to - offset));
    }
    while (this.#blocks.size > this.#maxBlocks) {
      const [oldest] = this.#blocks.keys();
      if (oldest === undefined) break;
      this.#blocks.delete(oldest);
    }
  }

  /** Copies what this block has of the stretch that `target` is to be, from `offset` on. Answers whether it was there. */
  copyInto(block: number, target: Uint8Array<ArrayBuffer>, offset: number): boolean {
    const bytes = this.#blocks.get(block);
    if (bytes === undefined) return false;
    this.#blocks.delete(block);
    this.#blocks.set(block, bytes);
    copyOverlap(bytes, block * BLOCK_BYTES, target, offset);
    return true;
  }

  clear(): void {
    this.#blocks.clear();
  }
}

/** Copies the part of `bytes` (at `at` in the file) that lies in `target` (at `offset` in the file). */
export function copyOverlap(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  target: Uint8Array<ArrayBuffer>,
  offset: number,
): void {
  const from = Math.max(at, offset);
  const to = Math.min(at + bytes.length, offset + target.length);
  if (to > from) target.set(bytes.subarray(from - at, to - at), from - offset);
}

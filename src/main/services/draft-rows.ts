import { join } from 'node:path';
import { MAX_ENTRIES } from '../../shared/constants.js';
import { isOwnLane, MAX_OWN_LANES_OF_WINDOWS } from '../../shared/session/own-lane.js';
import type { Segment } from '../../shared/session/segment.js';
import { PRIVATE_FOLDER, readRangeOf, type FileHandle, type FileSystem } from './durable-file.js';
import { ServiceError } from './service-errors.js';

/** Leaves room in a bundle's manifest for what comes to hand after the windows' rows. */
const MAX_ROWS = MAX_ENTRIES - 20_000;

interface Row {
  readonly segment: Segment;
  readonly offset: number;
}

/** The rows of one draft: their bytes one after the other in a file, what they are in memory. */
export class DraftRows {
  readonly #maxBytes: number;
  readonly #handle: FileHandle;
  readonly #rows = new Map<string, Row>();
  readonly #ownLanes = new Set<string>();
  #bytes = 0;

  static async create(fs: FileSystem, folder: string, maxBytes: number): Promise<DraftRows> {
    await fs.mkdir(folder, PRIVATE_FOLDER);
    return new DraftRows(maxBytes, await fs.open(join(folder, 'rows'), 'w+', 0o600));
  }

  private constructor(maxBytes: number, handle: FileHandle) {
    this.#maxBytes = maxBytes;
    this.#handle = handle;
  }

  segments(): Segment[] {
    return [...this.#rows.values()].map(({ segment }) => segment);
  }

  has(segment: Segment): boolean {
    return this.#rows.has(keyOf(segment));
  }

  /** False when it does not fit, or would be of one more of the app's own lanes than fit. A row that came before is not written again. */
  async add(segment: Segment, stored: Uint8Array, maxOwnLanes = MAX_OWN_LANES_OF_WINDOWS): Promise<boolean> {
    const key = keyOf(segment);
    if (this.#rows.has(key)) return true;
    if (this.#rows.size >= MAX_ROWS || this.#bytes + stored.length > this.#maxBytes) return false;
    const { lane } = segment;
    if (isOwnLane(lane)) {
      if (!this.#ownLanes.has(lane) && this.#ownLanes.size >= maxOwnLanes) return false;
      this.#ownLanes.add(lane);
    }
    const offset = this.#bytes;
    this.#bytes += stored.length;
    this.#rows.set(key, { segment, offset });
    try {
      let written = 0;
      while (written < stored.length) {
        const { bytesWritten } = await this.#handle.write(stored, written, stored.length - written, offset + written);
        written += bytesWritten;
      }
    } catch (error) {
      this.#rows.delete(key);
      throw error;
    }
    return true;
  }

  async read(segment: Segment): Promise<Uint8Array<ArrayBuffer>> {
    const row = this.#rows.get(keyOf(segment));
    if (row === undefined) throw new ServiceError('draft-damaged');
    return await readRangeOf(this.#handle, row.offset, row.segment.storedBytes);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function keyOf({ source, lane, chain, sequence }: Segment): string {
  return `${source}/${lane}/${chain}/${sequence}`;
}

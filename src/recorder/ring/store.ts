import { Dexie, type Table } from 'dexie';
import type { Lane } from '../../shared/session/lane.js';
import type { SealedSegment, Segment } from '../../shared/session/segment.js';
import type { ChainKey, Chunk, RingStore, SegmentKey, SourceRow } from './ring-store.js';

/**
 * One database for all windows of the origin. The number is the version of its rows: a version of the app that
 * changes them takes another name, so that an older window that is still open never meets rows that it cannot read.
 */
const DATABASE = 'fluxrec-ring-1';

type Key = [source: string, lane: Lane, chain: number, sequence: number];
type ChunkKey = [...Key, part: number];

// Contents are Blobs: Chromium keeps each in a file of its own and deletes the file with the row. Values inside the
// database's own files survive deletion (measured: 20 KB rows survived even deleteDatabase).
interface PayloadRow extends SegmentKey {
  readonly stored: Blob;
}
interface ChunkRow extends SegmentKey {
  readonly part: number;
  readonly lines: Blob;
}

class RingDatabase extends Dexie {
  readonly sources!: Table<SourceRow, string>;
  readonly segments!: Table<Segment, Key>;
  readonly payloads!: Table<PayloadRow, Key>;
  readonly chunks!: Table<ChunkRow, ChunkKey>;

  constructor(name: string) {
    // Relaxed: acknowledged rows survive the death of the browser (measured), which is what the ring is for.
    super(name, { chromeTransactionDurability: 'relaxed', autoOpen: false });
    this.version(1).stores({
      sources: 'source',
      segments: '[source+lane+chain+sequence]',
      payloads: '[source+lane+chain+sequence]',
      chunks: '[source+lane+chain+sequence+part]',
    });
  }
}

/** The ring in IndexedDB. */
export class DexieStore implements RingStore {
  readonly #db: RingDatabase;

  private constructor(db: RingDatabase) {
    this.#db = db;
  }

  /** Rejects when there is no database to be had: blocked, private, broken. */
  static async open(name: string = DATABASE): Promise<DexieStore> {
    const db = new RingDatabase(name);
    await db.open();
    return new DexieStore(db);
  }

  async append(source: SourceRow, chunks: readonly Chunk[], rewritten: readonly SegmentKey[]): Promise<void> {
    const db = this.#db;
    const rows = chunks.map(({ lines, ...key }): ChunkRow => ({ ...key, lines: new Blob([...lines]) }));
    await db.transaction('rw', db.sources, db.chunks, async () => {
      for (const key of rewritten) await this.#chunksOf(key).delete();
      await db.chunks.bulkPut(rows);
      await db.sources.put(source);
    });
  }

  async seal(source: SourceRow, { segment, stored }: SealedSegment, left?: 'left'): Promise<void> {
    const db = this.#db;
    const { lane, chain, sequence } = segment;
    const payload: PayloadRow = { source: segment.source, lane, chain, sequence, stored: new Blob([stored]) };
    await db.transaction('rw', db.sources, db.segments, db.payloads, db.chunks, async () => {
      if (left !== undefined && (await db.sources.get(source.source)) === undefined) return;
      await db.payloads.put(payload);
      await db.segments.put(segment);
      await this.#chunksOf(segment).delete();
      await db.sources.put(source);
    });
  }

  async discard(source: SourceRow, segments: readonly SegmentKey[]): Promise<void> {
    const db = this.#db;
    await db.transaction('rw', db.sources, db.chunks, async () => {
      for (const key of segments) await this.#chunksOf(key).delete();
      await db.sources.put(source);
    });
  }

  async putSource(source: SourceRow): Promise<void> {
    await this.#db.sources.put(source);
  }

  async source(id: string): Promise<SourceRow | undefined> {
    return this.#db.sources.get(id);
  }

  async sources(): Promise<SourceRow[]> {
    return this.#db.sources.toArray();
  }

  async segments(source?: string): Promise<Segment[]> {
    const { segments } = this.#db;
    return (source === undefined ? segments : segments.where(':id').between(...within([source]))).toArray();
  }

  async payload({ source, lane, chain, sequence }: SegmentKey): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const row = await this.#db.payloads.get([source, lane, chain, sequence]);
    return row === undefined ? undefined : readBlob(row.stored);
  }

  async chunks(key: SegmentKey): Promise<Uint8Array<ArrayBuffer>[]> {
    const found: Uint8Array<ArrayBuffer>[] = [];
    for (const row of await this.#chunksOf(key).toArray()) {
      const lines = await readBlob(row.lines);
      if (lines === undefined) break;
      found.push(lines);
    }
    return found;
  }

  async dropChains(chains: readonly ChainKey[]): Promise<void> {
    const db = this.#db;
    await db.transaction('rw', db.segments, db.payloads, async () => {
      for (const { source, lane, chain } of chains) {
        const range = within([source, lane, chain]);
        await db.payloads
          .where(':id')
          .between(...range)
          .delete();
        await db.segments
          .where(':id')
          .between(...range)
          .delete();
      }
    });
  }

  async erase(sources: readonly string[]): Promise<void> {
    const db = this.#db;
    await db.transaction('rw', db.sources, db.segments, db.payloads, db.chunks, async () => {
      for (const source of sources) {
        for (const table of [db.segments, db.payloads, db.chunks]) {
          await (table as Table<unknown>)
            .where(':id')
            .between(...within([source]))
            .delete();
        }
      }
      await db.sources.bulkDelete([...sources]);
    });
  }

  close(): void {
    this.#db.close();
  }

  #chunksOf({ source, lane, chain, sequence }: SegmentKey) {
    return this.#db.chunks.where(':id').between(...within([source, lane, chain, sequence]));
  }
}

/** Bounds of all keys that begin with `prefix`. */
function within(prefix: (string | number)[]): [unknown[], unknown[]] {
  return [
    [...prefix, Dexie.minKey],
    [...prefix, Dexie.maxKey],
  ];
}

async function readBlob(blob: Blob): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    return undefined; // Its file is missing or damaged: this row is lost, the others are not.
  }
}

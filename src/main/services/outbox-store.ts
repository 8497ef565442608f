import { createHash } from 'node:crypto';
import { join, dirname } from 'node:path';
import * as v from 'valibot';
import { partSchema, reportHeadSchema } from '../../shared/report/report.js';
import {
  listFolder,
  PRIVATE_FOLDER,
  readFileRange,
  readJsonFile,
  syncFile,
  syncFolder,
  writeJsonFile,
  type FileSystem,
} from './durable-file.js';

const CHECK_BYTES = 4 * 1024 * 1024;
const instant = v.pipe(v.number(), v.finite());

const outboxRecordSchema = v.object({
  version: v.literal(1),
  head: reportHeadSchema,
  /** One for now: later parts of a report join it here. */
  part: partSchema,
  /** The desk's origin that the customer agreed to; absent: there was no desk, and the report stays here. */
  destination: v.optional(v.string()),
  status: v.picklist(['pending', 'delivered', 'quarantined', 'refused', 'stored']),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  /** Wall clock (Unix ms) when it was settled. */
  settledMs: v.optional(instant),
  /** The bundle was tidied away some time after it was delivered. */
  isFileGone: v.optional(v.boolean()),
});
export type OutboxRecord = v.InferOutput<typeof outboxRecordSchema>;

/**
 * The outbox on disk: `<report>.json` beside `<report>.0.fluxrec`. The bundle is durable before its record is, and the record
 * before anybody is told: a crash at any moment leaves the report whole, or not there (and its sender not told).
 */
export class OutboxStore {
  readonly #fs: FileSystem;
  readonly #folder: string;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  /** The records, oldest first; bundles without one (a crash came before the sender was told) are erased. */
  async open(): Promise<OutboxRecord[]> {
    await this.#fs.mkdir(this.#folder, PRIVATE_FOLDER);
    const files = await listFolder(this.#fs, this.#folder);
    const records: OutboxRecord[] = [];
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      const record = await readJsonFile(this.#fs, join(this.#folder, file), outboxRecordSchema);
      if (record !== undefined && file === `${record.head.id}.json`) records.push(record);
    }
    const ids = new Set(records.map(({ head }) => head.id));
    for (const file of files) {
      const id = file.slice(0, 36);
      // A record that cannot be read may be a newer version's: its bundle stays.
      if (!ids.has(id) && file.endsWith('.fluxrec') && !files.includes(`${id}.json`)) await this.#remove(file);
      if (file.endsWith('.part')) await this.#remove(file);
    }
    return records.sort((a, b) => a.head.createdMs - b.head.createdMs);
  }

  /** Moves the bundle here and makes both durable. */
  async put(record: OutboxRecord, bundlePath: string): Promise<void> {
    await syncFile(this.#fs, bundlePath);
    await this.#fs.rename(bundlePath, this.#bundle(record));
    await syncFolder(this.#fs, this.#folder);
    await syncFolder(this.#fs, dirname(bundlePath));
    await this.save(record);
  }

  async save(record: OutboxRecord): Promise<void> {
    await writeJsonFile(this.#fs, join(this.#folder, `${record.head.id}.json`), record);
  }

  /** The record first: what is left by a crash is erased at the next start. */
  async remove(record: OutboxRecord): Promise<void> {
    await this.#remove(`${record.head.id}.json`);
    await syncFolder(this.#fs, this.#folder);
    await this.removeBundle(record);
  }

  async removeBundle(record: OutboxRecord): Promise<void> {
    await this.#fs.rm(this.#bundle(record), { force: true });
  }

  async read(record: OutboxRecord, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return await readFileRange(this.#fs, this.#bundle(record), offset, length);
  }

  /** Is the bundle still what was put here? */
  async isSound(record: OutboxRecord): Promise<boolean> {
    const hash = createHash('sha256');
    for (let offset = 0; offset < record.part.bytes; offset += CHECK_BYTES) {
      hash.update(await this.read(record, offset, CHECK_BYTES));
    }
    return hash.digest('hex') === record.part.sha256;
  }

  #bundle({ head, part }: OutboxRecord): string {
    return join(this.#folder, `${head.id}.${part.number}.fluxrec`);
  }

  async #remove(file: string): Promise<void> {
    await this.#fs.rm(join(this.#folder, file), { force: true });
  }
}

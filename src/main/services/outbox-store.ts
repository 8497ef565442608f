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

const instant = v.pipe(v.number(), v.finite());

const common = {
  head: reportHeadSchema,
  /** The desk's origin that the customer agreed to; absent: there was no desk, and the report stays here. */
  destination: v.optional(v.string()),
  status: v.picklist(['pending', 'delivered', 'quarantined', 'refused', 'stored']),
  error: v.optional(v.object({ code: v.string(), message: v.string() })),
  /** Wall clock (Unix ms) when it was settled. */
  settledMs: v.optional(instant),
  /** The bundle was tidied away some time after it was delivered. */
  isFileGone: v.optional(v.boolean()),
};

const recordSchema = v.object({
  version: v.literal(2),
  ...common,
  /** The file with everything, as the customer was shown it: what is saved to a file. */
  whole: v.omit(partSchema, ['number']),
  /**
   * What is sent, in this order: the whole file, or what it was split into. Absent: that has not been decided. Once it has, it
   * never changes, since the desk may have begun to take it.
   */
  parts: v.optional(
    v.pipe(
      v.array(v.object({ ...partSchema.entries, status: v.optional(v.picklist(['accepted', 'quarantined'])) })),
      v.minLength(1),
      v.maxLength(1000),
    ),
  ),
});

/** Of versions that sent every report as one part. */
const firstRecordSchema = v.pipe(
  v.object({ version: v.literal(1), ...common, part: partSchema }),
  v.transform(({ part, ...record }): v.InferOutput<typeof recordSchema> => {
    const status =
      record.status === 'delivered' ? 'accepted' : record.status === 'quarantined' ? 'quarantined' : undefined;
    return {
      ...record,
      version: 2,
      whole: { bytes: part.bytes, sha256: part.sha256 },
      parts: [{ ...part, ...(status === undefined ? {} : { status }) }],
    };
  }),
);

const outboxRecordSchema = v.union([recordSchema, firstRecordSchema]);
export type OutboxRecord = v.InferOutput<typeof outboxRecordSchema>;
export type OutboxPart = NonNullable<OutboxRecord['parts']>[number];

const PART_FILE = /^([0-9a-f-]{36})\.part-(\d{1,3})\.fluxrec$/;

/**
 * The outbox on disk: `<report>.json` beside `<report>.0.fluxrec`, the whole file, and while it is being sent in parts
 * `<report>.part-<number>.fluxrec`. The whole file is durable before its record is, and the record before anybody is told: a
 * crash at any moment leaves the report whole, or not there (and its sender not told).
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
      const [, report, number] = PART_FILE.exec(file) ?? [];
      const record = records.find(({ head }) => head.id === report);
      // Sent, or split by a process that died before it had decided to send it so.
      if (record !== undefined && !isToSend(record, Number(number))) await this.#remove(file);
    }
    return records.sort((a, b) => a.head.createdMs - b.head.createdMs);
  }

  /** Moves the bundle here and makes both durable. */
  async put(record: OutboxRecord, bundlePath: string): Promise<void> {
    await syncFile(this.#fs, bundlePath);
    await this.#fs.rename(bundlePath, this.wholePath(record));
    await syncFolder(this.#fs, this.#folder);
    await syncFolder(this.#fs, dirname(bundlePath));
    await this.save(record);
  }

  /** Moves a bundle here as a part that is not in the record yet, and makes it durable. */
  async putPart(record: OutboxRecord, number: number, bundlePath: string): Promise<void> {
    await syncFile(this.#fs, bundlePath);
    await this.#fs.rename(bundlePath, this.partPath(record, number));
    await syncFolder(this.#fs, this.#folder);
  }

  async save(record: OutboxRecord): Promise<void> {
    await writeJsonFile(this.#fs, join(this.#folder, `${record.head.id}.json`), record);
  }

  /** The record first: what is left by a crash is erased at the next start. */
  async remove(record: OutboxRecord): Promise<void> {
    await this.#remove(`${record.head.id}.json`);
    await syncFolder(this.#fs, this.#folder);
    // By name: parts that it was being split into when it was removed are in no record.
    const files = await listFolder(this.#fs, this.#folder);
    for (const file of files.filter((name) => name.startsWith(`${record.head.id}.`))) await this.#remove(file);
  }

  async removeWhole(record: OutboxRecord): Promise<void> {
    await this.#fs.rm(this.wholePath(record), { force: true });
  }

  async removePart(record: OutboxRecord, number: number): Promise<void> {
    await this.#fs.rm(this.partPath(record, number), { force: true });
  }

  /** From the whole file. */
  async read(record: OutboxRecord, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return await readFileRange(this.#fs, this.wholePath(record), offset, length);
  }

  async readPart(
    record: OutboxRecord,
    { number, sha256 }: OutboxPart,
    offset: number,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const path = sha256 === record.whole.sha256 ? this.wholePath(record) : this.partPath(record, number);
    return await readFileRange(this.#fs, path, offset, length);
  }

  wholePath({ head }: OutboxRecord): string {
    return join(this.#folder, `${head.id}.0.fluxrec`);
  }

  partPath({ head }: OutboxRecord, number: number): string {
    return join(this.#folder, `${head.id}.part-${number}.fluxrec`);
  }

  async #remove(file: string): Promise<void> {
    await this.#fs.rm(join(this.#folder, file), { force: true });
  }
}

function isToSend({ status, parts }: OutboxRecord, number: number): boolean {
  return status === 'pending' && parts?.some((part) => part.number === number && part.status === undefined) === true;
}

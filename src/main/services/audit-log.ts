import { join } from 'node:path';
import {
  auditLine,
  MAX_AUDIT_LINE_BYTES,
  NO_HASH,
  parseAuditLine,
  type AuditRecord,
} from '../../shared/crypto/audit-chain.js';
import { listFolder, PRIVATE_FOLDER, readFileRange, syncFolder, type FileSystem } from './durable-file.js';
import { diskError } from './service-errors.js';

export interface AuditLogOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  /** Unix ms. */
  readonly wallMs: () => number;
  /** A file that reaches this is followed by a new one. */
  readonly maxFileBytes?: number;
  /** Older files than so many are erased. */
  readonly maxFiles?: number;
}

export interface AuditPage {
  /** Newest first. */
  readonly records: readonly (AuditRecord & { readonly isIntact: boolean })[];
  readonly hasMore: boolean;
}

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 64;
/** By the number of its first record, wide enough for any. */
const FILE = /^(\d{16})\.jsonl$/;

/**
 * What was asked of this computer, by whom, and what was answered: append-only and hash-chained, over files that follow one
 * another. A record is on the disk when `append` resolves; whoever acts, acts after that.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #listeners = new Set<(record: AuditRecord) => void>();
  #files: string[];
  #last: AuditRecord | undefined;
  /** Bytes of the newest file that hold whole records; undefined: the next record begins a new file. */
  #bytes: number | undefined;
  #appending: Promise<unknown> = Promise.resolve();

  /** Goes on after the last record. A line that a crash cut off was never reported as written, and is taken away. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    try {
      await options.fs.mkdir(options.folder, PRIVATE_FOLDER);
      const names = (await listFolder(options.fs, options.folder)).filter((name) => FILE.test(name)).sort();
      const log = new AuditLog(options, names);
      await log.#recover();
      return log;
    } catch (error) {
      throw diskError(error);
    }
  }

  private constructor(options: AuditLogOptions, files: string[]) {
    this.#options = options;
    this.#files = files;
  }

  onAppend(listener: (record: AuditRecord) => void): void {
    this.#listeners.add(listener);
  }

  /** Resolves when the record would survive a power cut. Rejects with a ServiceError where the disk does not take it. */
  append(kind: string, body: Readonly<Record<string, unknown>>): Promise<AuditRecord> {
    const appended = this.#appending.then(() => this.#append(kind, body));
    this.#appending = appended.catch(() => undefined);
    return appended;
  }

  /** Records before that number, newest first; the newest of all without one. */
  async read({ before = Infinity, limit }: { before?: number | undefined; limit: number }): Promise<AuditPage> {
    const records: (AuditRecord & { isIntact: boolean })[] = [];
    for (const name of [...this.#files].reverse()) {
      if (firstOf(name) >= before) continue;
      const lines = (await this.#lines(name)).reverse();
      for (const { record, isIntact } of lines) {
        if (record.number >= before) continue;
        if (records.length === limit) return { records, hasMore: true };
        records.push({ ...record, isIntact });
      }
    }
    return { records, hasMore: false };
  }

  async #append(kind: string, body: Readonly<Record<string, unknown>>): Promise<AuditRecord> {
    const number = (this.#last?.number ?? 0) + 1;
    const previous = this.#last?.hash ?? NO_HASH;
    const { line, record } = auditLine({ number, atMs: this.#options.wallMs(), kind, body: { ...body }, previous });
    const bytes = Buffer.from(line);
    try {
      await this.#write(bytes, number);
    } catch (error) {
      throw diskError(error);
    }
    this.#last = record;
    for (const listener of [...this.#listeners]) listener(record);
    return record;
  }

  async #write(bytes: Buffer, number: number): Promise<void> {
    const { fs, folder, maxFileBytes = MAX_FILE_BYTES } = this.#options;
    const isNew = this.#bytes === undefined || this.#bytes >= maxFileBytes;
    const name = isNew ? `${String(number).padStart(16, '0')}.jsonl` : (this.#files.at(-1) ?? '');
    const size = isNew ? 0 : (this.#bytes ?? 0);
    const handle = await fs.open(join(folder, name), isNew ? 'w' : 'r+', 0o600);
    try {
      // At its place, not at the end: what a failed write left behind is written over.
      await handle.truncate(size);
      let written = 0;
      while (written < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, size + written);
        written += bytesWritten;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (isNew) {
      await syncFolder(fs, folder);
      if (!this.#files.includes(name)) this.#files.push(name);
      await this.#dropOld();
    }
    this.#bytes = size + bytes.length;
  }

  async #dropOld(): Promise<void> {
    const { fs, folder, maxFiles = MAX_FILES } = this.#options;
    while (this.#files.length > maxFiles) {
      const oldest = this.#files[0] ?? '';
      await fs.rm(join(folder, oldest), { force: true });
      this.#files = this.#files.slice(1);
    }
  }

  /** The newest record that can be read, wherever it is. A file that holds records and is damaged is not written to again. */
  async #recover(): Promise<void> {
    for (const name of [...this.#files].reverse()) {
      const bytes = await this.#bytesOf(name);
      const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
      const lines = linesOf(whole);
      const last = lines.at(-1);
      const isSound = last?.isIntact === true && countLines(whole) === lines.length;
      if (name === this.#files.at(-1) && isSound) this.#bytes = whole.length;
      this.#last = last?.record;
      if (this.#last !== undefined) return;
    }
  }

  async #lines(name: string): Promise<ParsedLine[]> {
    return linesOf(await this.#bytesOf(name));
  }

  async #bytesOf(name: string): Promise<Buffer> {
    const { fs, folder, maxFileBytes = MAX_FILE_BYTES } = this.#options;
    return Buffer.from(await readFileRange(fs, join(folder, name), 0, maxFileBytes + MAX_AUDIT_LINE_BYTES));
  }
}

type ParsedLine = NonNullable<ReturnType<typeof parseAuditLine>>;

/** The lines that are records, changed ones too. */
function linesOf(bytes: Buffer): ParsedLine[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => parseAuditLine(line) ?? []);
}

function countLines(bytes: Buffer): number {
  return bytes.toString('utf8').split('\n').length - 1;
}

function firstOf(name: string): number {
  return Number(FILE.exec(name)?.[1] ?? 0);
}

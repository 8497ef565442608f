import { readdir, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Part, ReportHead } from '../../shared/report/report.js';
import { makeFolder } from '../../store/durable.js';
import { toStoreError } from '../../store/errors.js';
import { DeskError } from '../errors.js';
import { MAX_OPEN_UPLOADS, RESERVED_DISK_BYTES, TICKET_TTL_MS, TICKETS_PER_UPLOAD, UPLOAD_TTL_MS } from '../limits.js';
import { hashSecret, mintSecret } from '../secret.js';
import { UPLOADS } from '../reports/layout.js';
import type { DirectStore } from './store-bytes.js';
import { Upload } from './upload.js';
import { uploadName, uploadRecordSchema, type UploadRecord } from './upload-record.js';

export interface UploadsOptions {
  readonly folder: string;
  readonly now: () => number;
  /** Free space where uploads go, in bytes. Default: asks the file system; a direct store has no end that it tells. */
  readonly freeBytes?: () => Promise<number>;
  /** Where bytes go without the desk. Default: they come through the desk, into `folder`. */
  readonly direct?: DirectStore | undefined;
}

/** All unfinished uploads of a desk, kept on disk, so that a ticket outlives a restart. */
export class Uploads {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #freeBytes: () => Promise<number>;
  readonly #direct: DirectStore | undefined;
  readonly #byName = new Map<string, Upload>();
  readonly #byTicket = new Map<string, Upload>();

  private constructor(options: UploadsOptions) {
    this.#folder = options.folder;
    this.#now = options.now;
    this.#direct = options.direct;
    // Records are small; where parts go somewhere else, they say themselves when the disk is full.
    const free = (): Promise<number> =>
      this.#direct === undefined ? freeBytesAt(options.folder) : Promise.resolve(Infinity);
    this.#freeBytes = options.freeBytes ?? free;
  }

  static async open(options: UploadsOptions): Promise<Uploads> {
    const uploads = new Uploads(options);
    try {
      await makeFolder(options.folder);
      for (const name of await readdir(options.folder)) await uploads.#load(name);
    } catch (error) {
      throw toStoreError(error);
    }
    return uploads;
  }

  get size(): number {
    return this.#byName.size;
  }

  of(report: string, part: number): Upload | undefined {
    return this.#byName.get(uploadName(report, part));
  }

  /** The upload that a ticket is for. Throws `ticket-unknown`. */
  byTicket(ticket: string): Upload {
    const hash = hashSecret(ticket);
    // Found by its hash: how long that takes tells nothing of the ticket.
    const upload = this.#byTicket.get(hash);
    const valid = upload?.record.tickets.some((one) => one.hash === hash && one.expiresMs > this.#now());
    if (upload === undefined || valid !== true || upload.isClosed) throw new DeskError('ticket-unknown');
    return upload;
  }

  /** Opens an upload, or gives an open one a further ticket. Throws `part-differs`, `busy`, `disk-full`. Calls of one report come one after the other. */
  async ask(report: ReportHead, part: Part): Promise<{ ticket: string; upload: Upload }> {
    const known = this.of(report.id, part.number);
    if (known !== undefined && (known.record.part.sha256 !== part.sha256 || known.record.part.bytes !== part.bytes)) {
      throw new DeskError('part-differs');
    }
    if (known === undefined) await this.#makeRoom(part.bytes);
    const ticket = mintSecret();
    const askedMs = this.#now();
    const upload =
      known ?? this.#upload(uploadName(report.id, part.number), { report, part, tickets: [], askedMs, damaged: 0 });
    const before = upload.record.tickets;
    try {
      await upload.update((record) => ({
        ...record,
        askedMs,
        tickets: [
          ...record.tickets.filter((one) => one.expiresMs > askedMs),
          { hash: hashSecret(ticket), expiresMs: askedMs + TICKET_TTL_MS },
        ].slice(-TICKETS_PER_UPLOAD),
      }));
    } catch (error) {
      throw toStoreError(error);
    }
    for (const { hash } of before) this.#byTicket.delete(hash);
    this.#index(upload);
    return { ticket, upload };
  }

  /** Forgets an upload and removes its files. Within `upload.exclusively`. */
  async discard(upload: Upload): Promise<void> {
    const { report, part, tickets } = upload.record;
    this.#byName.delete(uploadName(report.id, part.number));
    for (const { hash } of tickets) this.#byTicket.delete(hash);
    await upload.discard();
  }

  /** Throws away uploads that nobody went on with, and those that a crash kept from being removed; answers how many. */
  async sweep(isFinished: (report: string, part: number) => boolean): Promise<number> {
    let removed = 0;
    for (const upload of [...this.#byName.values()]) {
      const { report, part } = upload.record;
      const isOld = this.#now() - (await upload.touchedMs()) > UPLOAD_TTL_MS;
      if (!isOld && !isFinished(report.id, part.number)) continue;
      await upload.exclusively(async () => {
        if (!upload.isClosed) await this.discard(upload);
      });
      removed += 1;
    }
    return removed;
  }

  /** Throws away what the store keeps of uploads that no record tells of: a desk that lost its folder began them. */
  async sweepStore(): Promise<number> {
    if (this.#direct === undefined) return 0;
    const { store, direct } = this.#direct;
    const known = new Set([...this.#byName.keys()].map((name) => `${UPLOADS}${name}.fluxrec`));
    const isLeft = (key: string, sinceMs: number): boolean => !known.has(key) && this.#now() - sinceMs > UPLOAD_TTL_MS;
    let removed = 0;
    for await (const { key, upload, begunMs } of direct.unfinished(UPLOADS)) {
      if (!isLeft(key, begunMs)) continue;
      await direct.abort(key, upload);
      removed += 1;
    }
    for await (const { key, modifiedMs } of store.list(UPLOADS)) {
      if (!isLeft(key, modifiedMs)) continue;
      await store.delete(key);
      removed += 1;
    }
    return removed;
  }

  isReportOpen(report: string): boolean {
    return [...this.#byName.values()].some((upload) => upload.record.report.id === report);
  }

  /** Refuses early what could not be finished: better at the first byte than at the last. Throws `disk-full`. */
  async checkRoom(bytes: number): Promise<void> {
    if ((await this.#freeBytes()) < bytes + RESERVED_DISK_BYTES) throw new DeskError('disk-full');
  }

  async #makeRoom(bytes: number): Promise<void> {
    // What others have announced does not count: an announcement costs nothing, so it can reserve nothing.
    await this.checkRoom(bytes);
    if (this.#byName.size < MAX_OPEN_UPLOADS) return;
    // For the same reason one without a byte gives way.
    for (const upload of this.#byName.values()) {
      if ((await upload.receivedBytes()) > 0) continue;
      const isGone = await upload.exclusively(async () => {
        if ((await upload.receivedBytes()) > 0) return false;
        await this.discard(upload);
        return true;
      });
      if (isGone) return;
    }
    throw new DeskError('busy');
  }

  async #load(name: string): Promise<void> {
    const path = join(this.#folder, name);
    const [, stem, kind] = /^([0-9a-f-]{36}-\d{1,3})\.(json|part)$/.exec(name) ?? [];
    if (stem === undefined) {
      await rm(path, { force: true }); // What a crash left of replacing a record.
      return;
    }
    if (kind === 'part') {
      const record = await readRecord(join(this.#folder, `${stem}.json`));
      // Of no use either where the desk has been moved to a store that bytes go to by themselves.
      if (record === undefined || this.#direct !== undefined) await rm(path, { force: true });
      return;
    }
    const record = await readRecord(path);
    if (record === undefined || uploadName(record.report.id, record.part.number) !== stem) {
      // Nobody can go on with it: the customer's side asks for a ticket again and sends from the start.
      await rm(path, { force: true });
      return;
    }
    this.#index(this.#upload(stem, record));
  }

  #upload(name: string, record: UploadRecord): Upload {
    const bytes =
      this.#direct === undefined
        ? { path: join(this.#folder, `${name}.part`) }
        : { in: this.#direct, key: `${UPLOADS}${name}.fluxrec` };
    return new Upload({ recordPath: join(this.#folder, `${name}.json`), bytes }, record);
  }

  #index(upload: Upload): void {
    const { report, part, tickets } = upload.record;
    this.#byName.set(uploadName(report.id, part.number), upload);
    for (const { hash } of tickets) this.#byTicket.set(hash, upload);
  }
}

async function readRecord(path: string): Promise<UploadRecord | undefined> {
  try {
    const parsed = v.safeParse(uploadRecordSchema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // Missing or damaged: the caller removes what is left of it.
  }
}

async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

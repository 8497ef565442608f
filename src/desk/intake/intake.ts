import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BundleProblem } from '../../shared/bundle/errors.js';
import { verifyBundle } from '../../shared/bundle/verify.js';
import type { CompleteAnswer, TicketAnswer, TicketRequest } from '../../shared/protocol/desk.js';
import { openFileSource, type FileSource } from '../../store/file-source.js';
import { DeskError, uploadConflict } from '../errors.js';
import { MAX_DAMAGED_UPLOADS, MAX_FINISHED_TICKETS, VERIFICATIONS_AT_ONCE } from '../limits.js';
import type { Log } from '../log.js';
import { readDigest } from '../reports/digest.js';
import type { Reports } from '../reports/reports.js';
import type { ReportState } from '../reports/state.js';
import { hashSecret } from '../secret.js';
import { KeyedTurns, Turns } from '../turns.js';
import type { Upload } from './upload.js';
import type { Uploads } from './uploads.js';

export interface IntakeOptions {
  readonly reports: Reports;
  readonly uploads: Uploads;
  readonly log: Log;
}

/** The customer's side of the desk: announces reports, takes bytes, and lets a part count once it has been read as a whole. */
export class Intake {
  readonly #reports: Reports;
  readonly #uploads: Uploads;
  readonly #log: Log;
  readonly #asking = new KeyedTurns();
  readonly #verifying = new Turns(VERIFICATIONS_AT_ONCE);
  readonly #completing = new Map<Upload, Promise<CompleteAnswer>>();
  readonly #finished = new Map<string, CompleteAnswer>();
  readonly #stop = new AbortController();

  constructor({ reports, uploads, log }: IntakeOptions) {
    this.#reports = reports;
    this.#uploads = uploads;
    this.#log = log;
  }

  /** Throws `report-differs`, `part-differs`, `busy`, `disk-full`. */
  ask(request: TicketRequest): Promise<TicketAnswer> {
    const report = { ...request.report, id: request.report.id.toLowerCase() };
    const { part } = request;
    return this.#asking.run(report.id, async () => {
      const state = await this.#reports.announce(report);
      const finished = finishedPart(state, part.number);
      if (finished !== undefined) {
        if (finished.part.sha256 !== part.sha256) throw new DeskError('part-differs');
        return { ticket: '', receivedBytes: part.bytes, status: finished.status };
      }
      const { ticket, upload } = await this.#uploads.ask(report, part);
      return { ticket, receivedBytes: await upload.receivedBytes(), status: 'open' };
    });
  }

  /** Throws `ticket-unknown`, and what `Upload.append` throws. */
  append(ticket: string, offset: number, declaredBytes: number | undefined, body: Readable): Promise<number> {
    return this.#uploads.byTicket(ticket).append(offset, declaredBytes, body);
  }

  /**
   * Reads the whole part and lets it count, or puts it apart. Callers that race, and that come again, get the same answer.
   * Throws `ticket-unknown`, `upload-incomplete`, `upload-damaged`, `stopping`.
   */
  async complete(ticket: string): Promise<CompleteAnswer> {
    const finished = this.#finished.get(hashSecret(ticket));
    if (finished !== undefined) return finished;
    const upload = this.#uploads.byTicket(ticket);
    let completing = this.#completing.get(upload);
    if (completing === undefined) {
      completing = upload
        .exclusively(() => this.#verifying.run(() => this.#complete(upload)))
        .finally(() => this.#completing.delete(upload));
      this.#completing.set(upload, completing);
    }
    return completing;
  }

  /** Throws away what nobody goes on with, and reports of which nothing came. */
  async sweep(): Promise<void> {
    const swept = await this.#uploads.sweep((report, part) => {
      const state = this.#reports.inbox.get(report);
      return state !== undefined && finishedPart(state, part) !== undefined;
    });
    let withdrawn = 0;
    for (const state of this.#reports.inbox.states()) {
      const { id } = state.head;
      if (state.entries > 0 || this.#uploads.isReportOpen(id)) continue;
      await this.#asking.run(id, async () => {
        // Somebody may have asked for it meanwhile.
        if (this.#uploads.isReportOpen(id)) return;
        await this.#reports.withdraw(id);
        withdrawn += 1;
      });
    }
    if (swept > 0 || withdrawn > 0) {
      this.#log.info({ uploads: swept, reports: withdrawn }, 'abandoned uploads removed');
    }
  }

  /** Ends verifications under way; their uploads stay and can be completed after the next start. */
  async close(): Promise<void> {
    this.#stop.abort(new DeskError('stopping'));
    await Promise.allSettled(this.#completing.values());
  }

  async #complete(upload: Upload): Promise<CompleteAnswer> {
    if (upload.isClosed) throw new DeskError('ticket-unknown');
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const { report, part, damaged } = upload.record;
    const received = await upload.receivedBytes();
    if (received !== part.bytes) throw uploadConflict('upload-incomplete', received);
    const startedMs = performance.now();
    let problem: Pick<BundleProblem, 'code' | 'message' | 'detail'> | undefined;
    if ((await sha256Of(upload.path, signal)) !== part.sha256) {
      if (damaged + 1 < MAX_DAMAGED_UPLOADS) {
        await upload.restart();
        throw uploadConflict('upload-damaged', 0);
      }
      problem = {
        code: 'wrong-hash',
        message: 'The bytes that came are not those that were announced, twice in a row.',
      };
    } else {
      problem = await findProblem(upload.path, signal);
    }
    const state = await this.#reports.announce(report);
    const fields = { report: report.id, part: part.number, bytes: part.bytes };
    let answer: CompleteAnswer;
    if (problem === undefined) {
      const digest = await withSource(upload.path, (source) => readDigest(source, part, signal));
      await this.#reports.addPart(state, part, upload.path, digest);
      answer = { status: 'accepted' };
      this.#log.info({ ...fields, ms: Math.round(performance.now() - startedMs) }, 'part accepted');
    } else {
      await this.#reports.quarantine(state, part, upload.path, problem.code, problem.message);
      answer = { status: 'quarantined', code: problem.code, message: problem.message };
      this.#log.warn({ ...fields, code: problem.code, detail: problem.detail }, 'part quarantined');
    }
    this.#remember(upload, answer);
    await this.#uploads.discard(upload);
    return answer;
  }

  #remember(upload: Upload, answer: CompleteAnswer): void {
    for (const { hash } of upload.record.tickets) this.#finished.set(hash, answer);
    for (const hash of this.#finished.keys()) {
      if (this.#finished.size <= MAX_FINISHED_TICKETS) break;
      this.#finished.delete(hash);
    }
  }
}

function finishedPart(
  state: ReportState,
  number: number,
): { part: { sha256: string }; status: 'accepted' | 'quarantined' } | undefined {
  const accepted = state.parts.get(number);
  if (accepted !== undefined) return { part: accepted, status: 'accepted' };
  const quarantined = state.quarantined.get(number);
  return quarantined === undefined ? undefined : { part: quarantined, status: 'quarantined' };
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest('hex');
}

async function withSource<T>(path: string, read: (source: FileSource) => Promise<T>): Promise<T> {
  const source = await openFileSource(path);
  try {
    return await read(source);
  } finally {
    await source.close();
  }
}

/** The first thing that keeps a bundle from counting. Rejects where the desk itself cannot read the file. */
async function findProblem(path: string, signal: AbortSignal): Promise<BundleProblem | undefined> {
  const problems = await withSource(path, (source) => verifyBundle(source, { signal }));
  // An entry that a later version packed is intact as far as can be told, and viewers say which ones they cannot read.
  return problems.find(({ code, path }) => code !== 'unsupported-encoding' || path === undefined);
}

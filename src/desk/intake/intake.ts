import type { Readable } from 'node:stream';
import { UPLOAD_CHUNK_BYTES } from '../../shared/constants.js';
import type { CompleteAnswer, PlacesAnswer, TicketAnswer, TicketRequest } from '../../shared/protocol/desk.js';
import { systemCode } from '../../store/errors.js';
import { DeskError, uploadConflict } from '../errors.js';
import { CHUNK_URL_LIFE_MS, MAX_DAMAGED_UPLOADS, MAX_FINISHED_TICKETS } from '../limits.js';
import type { Log } from '../log.js';
import type { Reports } from '../reports/reports.js';
import type { ReportState } from '../reports/state.js';
import { hashSecret } from '../secret.js';
import { KeyedTurns } from '../turns.js';
import { Patience } from './patience.js';
import type { WholeBytes } from './upload-bytes.js';
import type { Upload } from './upload.js';
import type { Uploads } from './uploads.js';
import type { Verdict } from './verdict.js';
import type { Verifier } from './verifier.js';

const DAMAGED = {
  code: 'wrong-hash',
  message: 'The bytes that came are not those that were announced, twice in a row.',
  detail: undefined,
};

export interface IntakeOptions {
  readonly reports: Reports;
  readonly uploads: Uploads;
  readonly verifier: Pick<Verifier, 'judge' | 'close'>;
  readonly log: Log;
  readonly patience?: Patience;
}

/** The customer's side of the desk: announces reports, takes bytes, and lets a part count once it has been read as a whole. */
export class Intake {
  readonly #reports: Reports;
  readonly #uploads: Uploads;
  readonly #verifier: IntakeOptions['verifier'];
  readonly #log: Log;
  readonly #asking = new KeyedTurns();
  readonly #patience: Patience;
  readonly #completing = new Map<Upload, Promise<CompleteAnswer>>();
  readonly #finished = new Map<string, CompleteAnswer>();
  readonly #stop = new AbortController();

  constructor({ reports, uploads, verifier, log, patience = new Patience() }: IntakeOptions) {
    this.#reports = reports;
    this.#uploads = uploads;
    this.#verifier = verifier;
    this.#patience = patience;
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
      const direct = upload.isDirect ? { chunkBytes: UPLOAD_CHUNK_BYTES } : {};
      return { ticket, receivedBytes: await upload.receivedBytes(), status: 'open', ...direct };
    });
  }

  /** Throws `ticket-unknown`, and what `Upload.append` throws. */
  async append(ticket: string, offset: number, declaredBytes: number | undefined, body: Readable): Promise<number> {
    const upload = this.#uploads.byTicket(ticket);
    await this.#uploads.checkRoom(declaredBytes ?? UPLOAD_CHUNK_BYTES);
    return upload.append(offset, declaredBytes, body);
  }

  /** Throws `ticket-unknown`, and what `Upload.chunkPlaces` throws. */
  async places(ticket: string, offset: number): Promise<PlacesAnswer> {
    const places = await this.#uploads.byTicket(ticket).chunkPlaces(offset);
    return { places, lifeMs: CHUNK_URL_LIFE_MS };
  }

  /**
   * Reads the whole part and lets it count, or puts it apart. Callers that race, and that come again, get the same answer.
   * Throws `ticket-unknown`, `upload-incomplete`, `upload-damaged`, `not-verified`, `stopping`.
   */
  async complete(ticket: string): Promise<CompleteAnswer> {
    const finished = this.#finished.get(hashSecret(ticket));
    if (finished !== undefined) return finished;
    const upload = this.#uploads.byTicket(ticket);
    let completing = this.#completing.get(upload);
    if (completing === undefined) {
      completing = upload.exclusively(() => this.#complete(upload)).finally(() => this.#completing.delete(upload));
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
    // Last: a store that does not let us list what is unfinished keeps nothing else from being removed.
    const left = await this.#uploads.sweepStore();
    if (swept > 0 || left > 0 || withdrawn > 0) {
      this.#log.info({ uploads: swept + left, reports: withdrawn }, 'abandoned uploads removed');
    }
  }

  /** Ends verifications under way; their uploads stay and can be completed after the next start. */
  async close(): Promise<void> {
    this.#stop.abort(new DeskError('stopping'));
    await Promise.allSettled(this.#completing.values());
    await this.#verifier.close();
  }

  async #complete(upload: Upload): Promise<CompleteAnswer> {
    if (upload.isClosed) throw new DeskError('ticket-unknown');
    const { signal } = this.#stop;
    signal.throwIfAborted();
    const { report, part, damaged } = upload.record;
    const known = this.#reports.inbox.get(report.id);
    const before = known === undefined ? undefined : finishedPart(known, part.number);
    if (before?.part.sha256 === part.sha256) {
      // A crash came between the part's entry and the end of its upload.
      return this.#finish(upload, () => Promise.resolve({ status: before.status }));
    }
    const received = await upload.receivedBytes();
    if (received !== part.bytes) throw uploadConflict('upload-incomplete', received);
    const startedMs = performance.now();
    const whole = await upload.whole();
    const verdict = await this.#judge(upload, whole);
    if (verdict.is === 'damaged' && damaged + 1 < MAX_DAMAGED_UPLOADS) {
      await upload.restart();
      throw uploadConflict('upload-damaged', 0);
    }
    return this.#finish(upload, async () => {
      const state = await this.#reports.announce(report);
      const fields = { report: report.id, part: part.number, bytes: part.bytes };
      if (verdict.is === 'good') {
        await this.#reports.addPart(state, part, whole, verdict.digest);
        this.#log.info({ ...fields, ms: Math.round(performance.now() - startedMs) }, 'part accepted');
        return { status: 'accepted' };
      }
      const { code, message, detail } = verdict.is === 'bad' ? verdict.problem : DAMAGED;
      await this.#reports.quarantine(state, part, whole, code, message);
      this.#log.warn({ ...fields, code, detail }, 'part quarantined');
      return { status: 'quarantined', code, message };
    });
  }

  /** No verdict says nothing of the part: its bytes stay, and it can be completed again after a while. */
  async #judge(upload: Upload, whole: WholeBytes): Promise<Verdict> {
    this.#patience.check(upload);
    const { report, part } = upload.record;
    try {
      return await this.#verifier.judge(whole, part, this.#stop.signal);
    } catch (error) {
      if (!(error instanceof DeskError) || error.code !== 'not-verified') throw error;
      const { cause } = error;
      const fields = { report: report.id, part: part.number, bytes: part.bytes };
      const stack = cause instanceof Error ? cause.stack : undefined;
      this.#log.error({ ...fields, system: systemCode(cause), stack }, 'part not read to its end');
      throw this.#patience.failed(upload, cause);
    }
  }

  /** The last step, in the turn of `ask`: nobody gets a ticket for a part that counts a moment later. */
  #finish(upload: Upload, settle: () => Promise<CompleteAnswer>): Promise<CompleteAnswer> {
    return this.#asking.run(upload.record.report.id, async () => {
      const answer = await settle();
      this.#remember(upload, answer);
      await this.#uploads.discard(upload);
      return answer;
    });
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

import { join } from 'node:path';
import * as v from 'valibot';
import type { LiveEvent } from '../../../shared/session/live-event.js';
import { PRIVATE_FOLDER, readJsonFile, writeJsonFile, type FileSystem } from '../durable-file.js';
import type { HostClock } from '../host-clock.js';
import type { AuditTrail } from './grants.js';
import { Recording, type RecordingOptions } from './recording.js';

export type { Recording };

export interface RecordingsOptions {
  /** For the note that a recording is under way. */
  readonly folder: string;
  readonly fs: FileSystem;
  readonly clock: HostClock;
  readonly session: RecordingOptions['session'];
  readonly audit: AuditTrail;
  readonly write: (event: LiveEvent) => void;
  /** Has every window begin with a full snapshot. */
  readonly checkout: () => void;
  /** How much of the past there is for certain, by age or by size. */
  readonly reachMs: () => number;
  /**
   * Puts what was recorded in `stretch`, and nothing from outside of `within`, into the outbox: as the next part of the report,
   * or as a new one. Undefined: nothing was recorded.
   */
  readonly send: RecordingOptions['send'];
  /** False for a report that takes no more parts: it was never sent, or is not listed any more. */
  readonly takesParts: (report: string) => boolean;
  readonly receiptCodeOf: RecordingOptions['receiptCodeOf'];
}

export interface NewRecording {
  /** The live session. */
  readonly session: string;
  readonly report: string | undefined;
  readonly onReport: (report: string) => void;
  readonly onFull: () => void;
  readonly onChange: () => void;
}

/** What a run of the host process leaves behind that is killed while it records. */
const noteSchema = v.object({
  version: v.literal(1),
  session: v.pipe(v.string(), v.uuid()),
  report: v.optional(v.pipe(v.string(), v.uuid())),
  /** Unix ms up to which all is in the outbox. */
  keptUntilMs: v.pipe(v.number(), v.finite()),
});
type Note = v.InferOutput<typeof noteSchema>;

/** Stretches of live sessions that the customer lets support keep. One at a time, as there is one live session at a time. */
export class Recordings {
  readonly #options: RecordingsOptions;
  readonly #path: string;
  #noting: Promise<void> = Promise.resolve();

  /** What an earlier run had not sent when it was killed is not sent any more: the grant ended with it. */
  static async open(options: RecordingsOptions): Promise<Recordings> {
    const recordings = new Recordings(options);
    await recordings.#settleEarlier();
    return recordings;
  }

  private constructor(options: RecordingsOptions) {
    this.#options = options;
    this.#path = join(options.folder, 'recording.json');
  }

  /** What `t` of an event must be. */
  monoMs(): number {
    return this.#options.clock.monoMs();
  }

  write(event: LiveEvent): void {
    this.#options.write(event);
  }

  /** Every window begins a chain for it, also one that has just come back. */
  checkout(): void {
    this.#options.checkout();
  }

  /** The report that a recording of a session about this one joins; undefined: it makes one. */
  reportFor(report: string | undefined): string | undefined {
    return report !== undefined && this.#options.takesParts(report) ? report : undefined;
  }

  receiptCodeOf(report: string): string | undefined {
    return this.#options.receiptCodeOf(report);
  }

  begin(recording: NewRecording): Recording {
    const { session } = recording;
    const report = this.reportFor(recording.report);
    const { clock, audit, receiptCodeOf, reachMs, send } = this.#options;
    const note = (kind: string, body: Readonly<Record<string, unknown>>): void => {
      // What was done was done, also where the disk does not take the record of it.
      audit.append(kind, { session, ...body }).catch(() => undefined);
    };
    this.checkout();
    note('live-recording-begun', { report: report ?? null });
    return new Recording({
      ...recording,
      report,
      session: this.#options.session,
      wallMs: () => clock.wallMs(),
      receiptCodeOf,
      reachMs,
      send,
      onKept: (keptUntilMs, to) => {
        this.#note({ version: 1, session, ...(to === undefined ? {} : { report: to }), keptUntilMs });
      },
      onPart: ({ report: to, number, bytes }, { startMs, endMs }) => {
        const [fromMs, untilMs] = [Math.round(startMs), Math.round(endMs)];
        note('live-recording-part', { report: to, part: number, bytes, fromMs, untilMs });
      },
      onLost: (error, fromMs, to) => {
        note('live-recording-lost', { report: to ?? null, fromMs: Math.round(fromMs), code: error.code });
      },
      onSettled: () => {
        this.#note(undefined);
      },
    });
  }

  /** Resolves when the disk has what was noted last. */
  async close(): Promise<void> {
    await this.#noting;
  }

  async #settleEarlier(): Promise<void> {
    const { fs, audit } = this.#options;
    const note = await readJsonFile(fs, this.#path, noteSchema);
    if (note === undefined) return;
    const { session, report, keptUntilMs } = note;
    await audit.append('live-recording-lost', { session, report: report ?? null, keptUntilMs, code: 'killed' });
    await fs.rm(this.#path, { force: true });
  }

  #note(note: Note | undefined): void {
    const { fs, folder } = this.#options;
    this.#noting = this.#noting
      .then(async () => {
        if (note === undefined) await fs.rm(this.#path, { force: true });
        else {
          await fs.mkdir(folder, PRIVATE_FOLDER);
          await writeJsonFile(fs, this.#path, note);
        }
      })
      // A disk that is full: after a kill nobody will know what was lost; nothing else changes.
      .catch(() => undefined);
  }
}

import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../../../src/main/services/durable-file.js';
import { Recordings } from '../../../../../src/main/services/live/recordings.js';
import type { SentPart } from '../../../../../src/main/services/live/recording.js';
import type { Stretch } from '../../../../../src/main/services/recorded-stretches.js';
import type { LiveEvent } from '../../../../../src/shared/session/live-event.js';
import type { HostClock } from '../../../../../src/main/services/host-clock.js';

export interface Sent {
  readonly stretch: Stretch;
  readonly within: Stretch;
  readonly report: string | undefined;
}

/** The real recordings, with lists in place of the windows' rings and the outbox. */
export class RecordingsDouble {
  /** The live lane. */
  readonly lines: LiveEvent[] = [];
  readonly sent: Sent[] = [];
  readonly audited: { kind: string; body: Readonly<Record<string, unknown>> }[] = [];
  /** Receipt codes of the reports that take parts. */
  readonly reports = new Map<string, string>();
  checkouts = 0;
  wipedMs: number | undefined;
  reachMs = 600_000;
  /** What a part waits for. */
  gathering: () => Promise<void> = () => Promise.resolve();
  hasRecorded = true;
  recordings!: Recordings;
  readonly #clock: HostClock;
  readonly #folder: string;

  static async open(clock: HostClock): Promise<RecordingsDouble> {
    const double = new RecordingsDouble(clock, await mkdtemp(join(tmpdir(), 'recordings-')));
    await double.reopen();
    return double;
  }

  private constructor(clock: HostClock, folder: string) {
    this.#clock = clock;
    this.#folder = folder;
  }

  /** As the next run of the host process does. */
  async reopen(): Promise<void> {
    this.recordings = await Recordings.open({
      folder: this.#folder,
      fs: nodeFileSystem,
      clock: this.#clock,
      session: Object.defineProperty({ nowMs: () => this.#clock.monoMs(), wipedMs: undefined }, 'wipedMs', {
        get: () => this.wipedMs,
      }),
      audit: {
        append: (kind, body) => {
          this.audited.push({ kind, body });
          return Promise.resolve();
        },
      },
      write: (event) => this.lines.push(event),
      checkout: () => {
        this.checkouts += 1;
      },
      reachMs: () => this.reachMs,
      send: (stretch, within, report, signal) => this.#send(stretch, within, report, signal),
      takesParts: (report) => this.reports.has(report),
      receiptCodeOf: (report) => this.reports.get(report),
    });
  }

  async remove(): Promise<void> {
    await this.recordings.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #send(
    stretch: Stretch,
    within: () => Stretch,
    report: string | undefined,
    signal: AbortSignal,
  ): Promise<SentPart | undefined> {
    await this.gathering();
    signal.throwIfAborted();
    this.sent.push({ stretch, within: within(), report });
    if (!this.hasRecorded) return undefined;
    const to = report ?? randomUUID();
    if (report === undefined) this.reports.set(to, `R-${this.reports.size + 1}`);
    return { report: to, number: this.sent.length, bytes: 100 };
  }
}

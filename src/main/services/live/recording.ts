import { FluxionError, toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { LiveSessionView } from '../../../shared/protocol/live-host.js';
import type { Stretch } from '../recorded-stretches.js';

/** A part of a report that is durable in the outbox. */
export interface SentPart {
  readonly report: string;
  readonly number: number;
  readonly bytes: number;
}

export interface RecordingOptions {
  /** Undefined: the first part makes one. */
  readonly report: string | undefined;
  readonly session: { nowMs(): number; readonly wipedMs: number | undefined };
  /** Unix ms. */
  readonly wallMs: () => number;
  readonly reachMs: () => number;
  readonly send: (
    stretch: Stretch,
    within: () => Stretch,
    report: string | undefined,
    signal: AbortSignal,
  ) => Promise<SentPart | undefined>;
  readonly receiptCodeOf: (report: string) => string | undefined;
  readonly onReport: (report: string) => void;
  readonly onFull: () => void;
  readonly onChange: () => void;
  /** Up to this moment (Unix ms) all is in the outbox. */
  readonly onKept: (untilMs: number, report: string | undefined) => void;
  readonly onPart: (part: SentPart, stretch: Stretch) => void;
  /** From this session time on it is not sent. */
  readonly onLost: (error: ErrorResult, fromMs: number, report: string | undefined) => void;
  /** Nothing more is on its way. */
  readonly onSettled: () => void;
}

/** A session without a report has one, and the customer its receipt code, this soon. */
export const FIRST_CUT_MS = 3000;
/** Of what the ring reaches back: it drops its end while a part is being put together. */
const CUT_SHARE = 0.5;
/** A ring that is full after seconds would make a part of every one of them. */
const MIN_CUT_MS = 30_000;
/** Eight hours at five minutes each: as long as any grant lasts. Each part is an upload of its own. */
export const MAX_PARTS = 100;

/**
 * A stretch of a live session that is being kept. What is recorded lies in the windows' rings, as always; before they drop its
 * beginning it is cut, and each piece becomes a part of the report.
 */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #startMs: number;
  readonly #startedWallMs: number;
  readonly #closing = new AbortController();
  /** Session time up to which all is in the outbox. */
  #keptMs: number;
  #endMs: number | undefined;
  #report: string | undefined;
  #parts = 0;
  #cutting: Promise<void> | undefined;
  #ending: Promise<void> | undefined;
  #error: ErrorResult | undefined;
  #retryMs = -Infinity;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#report = options.report;
    this.#startMs = options.session.nowMs();
    this.#keptMs = this.#startMs;
    this.#startedWallMs = options.wallMs();
    options.onKept(this.#startedWallMs, this.#report);
  }

  /** What the panel shows of it. */
  view(): NonNullable<LiveSessionView['recording']> {
    const receiptCode = this.#report === undefined ? undefined : this.#options.receiptCodeOf(this.#report);
    return {
      isOn: this.#endMs === undefined,
      sinceMs: this.#startedWallMs,
      parts: this.#parts,
      isSending: this.#cutting !== undefined || this.#ending !== undefined,
      ...(receiptCode === undefined ? {} : { receiptCode }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  /** Cuts when it is time. */
  tick(): void {
    const nowMs = this.#options.session.nowMs();
    if (this.#cutting !== undefined || this.#endMs !== undefined || nowMs < this.#retryMs) return;
    const isFirst = this.#report === undefined && this.#parts === 0;
    const dueMs = isFirst ? FIRST_CUT_MS : Math.max(MIN_CUT_MS, CUT_SHARE * this.#options.reachMs());
    if (nowMs - this.#keptMs >= dueMs) void this.#cut(nowMs);
  }

  /** The grant is over: what was recorded until now, and nothing after it, is the last part. */
  end(): void {
    if (this.#endMs !== undefined) return;
    const endMs = this.#options.session.nowMs();
    this.#endMs = endMs;
    this.#ending = this.#finish(endMs).finally(() => {
      this.#ending = undefined;
      this.#options.onSettled();
      this.#options.onChange();
    });
    this.#options.onChange();
  }

  async settled(): Promise<void> {
    await this.#ending;
  }

  /** Nobody can wait for the rest: it stays where it is, and is not sent. */
  giveUp(): void {
    this.#closing.abort();
  }

  async #finish(endMs: number): Promise<void> {
    await this.#cutting;
    await this.#cut(endMs);
    if (this.#error === undefined) return;
    this.#options.onLost(this.#error, this.#keptMs, this.#report);
  }

  /** Never rejects. What could not be put together is tried again with the next piece, as long as the ring has it. */
  async #cut(untilMs: number): Promise<void> {
    this.#cutting = this.#send(untilMs).catch((error: unknown) => {
      this.#error = this.#closing.signal.aborted ? toErrorResult(new RecordingCutShort()) : toErrorResult(error);
      this.#retryMs = untilMs + MIN_CUT_MS;
    });
    this.#options.onChange();
    await this.#cutting;
    this.#cutting = undefined;
    this.#options.onChange();
  }

  async #send(untilMs: number): Promise<void> {
    const { session, send, wallMs, onKept, onPart, onReport, onFull } = this.#options;
    // What the customer has wiped is gone, and what is left of it anywhere is not sent.
    const wipedMs = session.wipedMs ?? 0;
    // Pieces of one recording share the segments at their seams, whole: only its own ends are cut.
    const within = (): Stretch => ({ startMs: Math.max(this.#startMs, wipedMs), endMs: this.#endMs ?? Infinity });
    const stretch = { startMs: Math.max(this.#keptMs, wipedMs), endMs: untilMs };
    const part = await send(stretch, within, this.#report, this.#closing.signal);
    this.#keptMs = untilMs;
    this.#error = undefined;
    if (part !== undefined) {
      this.#parts += 1;
      onPart(part, stretch);
      const isNew = part.report !== this.#report;
      this.#report = part.report;
      if (isNew) onReport(part.report);
    }
    onKept(wallMs() - (session.nowMs() - untilMs), this.#report);
    if (this.#parts >= MAX_PARTS && this.#endMs === undefined) onFull();
  }
}

class RecordingCutShort extends FluxionError {
  constructor() {
    super('recording-cut-short', 'The app was closed before the last part of the recording was put together.');
  }
}

import type { ConversationEntry, ReportSummary } from '../../shared/report/report.js';
import { DeskError, type DeskClient } from '../sources/desk-client.js';
import { Poller, type PollerOptions } from './poller.js';
import type { ReportAnswer } from '../../shared/protocol/desk.js';

const POLL_MS = 10_000;
const MAX_POLL_MS = 120_000;

type CommentEntry = Extract<ConversationEntry, { type: 'comment' }>;
type QuarantineEntry = Extract<ConversationEntry, { type: 'quarantine' }>;

export interface DeskReportOptions {
  readonly id: string;
  readonly desk: Pick<DeskClient, 'report' | 'say' | 'partUrl'>;
  readonly visibility: PollerOptions['visibility'];
  readonly network: PollerOptions['network'];
}

/** What the desk says of a report: its summary and its conversation, kept up to date while it is open. */
export class DeskReport {
  readonly id: string;
  readonly #desk: DeskReportOptions['desk'];
  readonly #poller: Poller;
  #answer = $state.raw<ReportAnswer | undefined>(undefined);
  /** Of the desk's last answer: what has not changed is not sent again. */
  #tag: string | undefined;
  #error = $state.raw<DeskError | undefined>(undefined);
  #openedParts = $state.raw<readonly number[] | undefined>(undefined);
  #isSaying = $state(false);
  #sayError = $state.raw<DeskError | undefined>(undefined);
  /** What is being written; it outlives an expired sign-in and a change of panels. */
  draft = $state('');
  /** The moment that the draft is pinned to, report time. */
  draftMs = $state<number | undefined>(undefined);

  readonly summary: ReportSummary | undefined = $derived(this.#answer?.report);
  readonly conversation: readonly ConversationEntry[] = $derived(this.#answer?.conversation ?? []);
  readonly comments: readonly CommentEntry[] = $derived(this.conversation.filter((entry) => entry.type === 'comment'));
  readonly quarantined: readonly QuarantineEntry[] = $derived(
    this.conversation.filter((entry) => entry.type === 'quarantine'),
  );
  /** The desk does not say what it is: nothing of it can be shown. Signed out is no such case: it is kept until sign-in. */
  readonly isMissing = $derived(
    this.#answer === undefined && this.#error !== undefined && this.#error.code !== 'desk-signed-out',
  );
  /** Parts that came in after the report was opened. */
  readonly newParts = $derived.by(() => {
    const opened = this.#openedParts;
    return opened === undefined ? [] : (this.summary?.parts ?? []).filter((part) => !opened.includes(part.number));
  });

  constructor(options: DeskReportOptions) {
    this.id = options.id;
    this.#desk = options.desk;
    this.#poller = new Poller({
      run: (signal) => this.#look(signal),
      intervalMs: POLL_MS,
      maxIntervalMs: MAX_POLL_MS,
      visibility: options.visibility,
      network: options.network,
    });
  }

  get error(): DeskError | undefined {
    return this.#error;
  }
  get skipped(): number {
    return this.#answer?.skipped ?? 0;
  }
  get isSaying(): boolean {
    return this.#isSaying;
  }
  get sayError(): DeskError | undefined {
    return this.#sayError;
  }

  /** Looks now and from then on. Returns the function that stops it. */
  watch(): () => void {
    this.#poller.start();
    return () => {
      this.#poller.stop();
    };
  }

  refresh(): void {
    this.#poller.now();
  }

  /** Which parts the replay was opened with. */
  setOpenedParts(numbers: readonly number[]): void {
    this.#openedParts = numbers;
  }

  partUrl(number: number): string {
    return this.#desk.partUrl(this.id, number);
  }

  /** Sends the draft. Answers whether it is in the conversation; if not, the draft stays and `sayError` tells why. */
  async comment(): Promise<boolean> {
    const text = this.draft.trim();
    if (text === '') return false;
    const momentMs = this.draftMs;
    const isSaid = await this.#say({
      type: 'comment',
      text,
      ...(momentMs === undefined ? {} : { momentMs: Math.round(momentMs) }),
    });
    if (isSaid && this.draft.trim() === text) {
      this.draft = '';
      this.draftMs = undefined;
    }
    return isSaid;
  }

  setStatus(status: ReportSummary['status']): Promise<boolean> {
    return this.#say({ type: 'status', status });
  }

  async #say(entry: Parameters<DeskClient['say']>[1]): Promise<boolean> {
    if (this.#isSaying) return false;
    this.#isSaying = true;
    this.#sayError = undefined;
    try {
      this.#append(await this.#desk.say(this.id, entry));
      this.#poller.now();
      return true;
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      this.#sayError = error;
      return false;
    } finally {
      this.#isSaying = false;
    }
  }

  #append(entry: ConversationEntry): void {
    const answer = this.#answer;
    if (answer === undefined || answer.conversation.some((other) => other.id === entry.id)) return;
    const status = entry.type === 'status' ? { status: entry.status } : {};
    this.#answer = {
      ...answer,
      report: { ...answer.report, ...status },
      conversation: [...answer.conversation, entry],
    };
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      const found = await this.#desk.report(this.id, signal, this.#tag);
      signal.throwIfAborted();
      if (found !== undefined) {
        this.#answer = found.answer;
        this.#tag = found.tag;
      }
      this.#error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof DeskError)) throw error;
      this.#error = error;
      throw error;
    }
  }
}

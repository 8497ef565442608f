import type { ConversationEntry, ReportSummary } from '../../shared/report/report.js';
import { DeskError, type DeskClient, type KnownReport, type TaggedReport } from '../sources/desk-client.js';
import { Poller, type PollerOptions } from './poller.js';
import type { ReportAnswer } from '../../shared/protocol/desk.js';

const POLL_MS = 10_000;
const MAX_POLL_MS = 120_000;
/** Of a conversation so many pages are read: a customer who answers commands for days must not fill this window's memory. */
const MAX_PAGES = 30;

type CommentEntry = Extract<ConversationEntry, { type: 'comment' }>;
type PictureEntry = Extract<ConversationEntry, { type: 'picture' }>;
type QuarantineEntry = Extract<ConversationEntry, { type: 'quarantine' }>;

export interface DeskReportOptions {
  readonly id: string;
  readonly desk: Pick<DeskClient, 'report' | 'say' | 'partUrl' | 'pictureUrl'>;
  readonly visibility: PollerOptions['visibility'];
  readonly network: PollerOptions['network'];
}

/** What the desk says of a report: its summary and its conversation, kept up to date while it is open. */
export class DeskReport {
  readonly id: string;
  readonly #desk: DeskReportOptions['desk'];
  readonly #poller: Poller;
  #answer = $state.raw<ReportAnswer | undefined>(undefined);
  /** What the desk has told: what has not changed is not sent again. */
  #known: KnownReport = {};
  #pages = 0;
  #isCut = $state(false);
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
  readonly pictures: readonly PictureEntry[] = $derived(this.conversation.filter((entry) => entry.type === 'picture'));
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
  /** The conversation is too long to be shown whole. */
  get isCut(): boolean {
    return this.#isCut;
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

  pictureUrl(picture: string): string {
    return this.#desk.pictureUrl(this.id, picture);
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

  /** Answers whether to go on with the next page. */
  #take({ answer, tag }: TaggedReport): boolean {
    const isMore = answer.more === true;
    if (this.#isCut) {
      this.#answer = { ...answer, conversation: [...this.conversation] };
      return false;
    }
    const before = this.#known.after === undefined ? [] : this.conversation;
    const skipped = (before.length === 0 ? 0 : this.skipped) + (answer.skipped ?? 0);
    // What was said here may have come before what others said meanwhile.
    const conversation = distinct([...before, ...answer.conversation]).sort((a, b) => a.atMs - b.atMs);
    this.#answer = { report: answer.report, conversation, ...(skipped > 0 ? { skipped } : {}) };
    // What could not be read may be readable the next time: then all is asked for anew.
    const isAnew = skipped > 0 && !isMore;
    this.#known = isAnew ? {} : { tag, after: answer.conversation.at(-1)?.id ?? this.#known.after };
    this.#pages = isAnew ? 0 : this.#pages + (isMore ? 1 : 0);
    this.#isCut = this.#pages >= MAX_PAGES;
    return isMore && !this.#isCut;
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      for (let isMore = true; isMore;) {
        const found = await this.#desk.report(this.id, signal, this.#known);
        signal.throwIfAborted();
        isMore = found !== undefined && this.#take(found);
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

function distinct(entries: readonly ConversationEntry[]): ConversationEntry[] {
  return Object.values(Object.fromEntries(entries.map((entry) => [entry.id, entry])));
}

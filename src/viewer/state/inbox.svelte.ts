import { parseReceiptCode } from '../../shared/report/receipt-code.js';
import type { ReportSummary } from '../../shared/report/report.js';
import { DeskError, type DeskClient } from '../sources/desk-client.js';
import { Arrivals, withOlder } from './arrivals.js';
import { Poller, type PollerOptions } from './poller.js';
import { ViewerContext } from './viewer-context.js';

export const INBOX_PAGE = 50;
/** The most that one look asks for again; what was loaded beyond it is kept as it was. */
const MAX_REFRESH = 100;
const POLL_MS = 5_000;
const MAX_POLL_MS = 60_000;
/** Typing is over when no key came for this long. */
const TYPING_MS = 180;

export type Status = ReportSummary['status'];

export interface InboxOptions {
  readonly desk: Pick<DeskClient, 'inbox'>;
  readonly visibility: PollerOptions['visibility'];
  readonly network: PollerOptions['network'];
}

/** The reports that came in, newest first; looks for new ones by itself while it is open. */
export class Inbox {
  readonly #desk: InboxOptions['desk'];
  readonly #poller: Poller;
  readonly #arrivals = new Arrivals();
  #typing: ReturnType<typeof setTimeout> | undefined;
  #query = $state('');
  #status = $state<Status | undefined>(undefined);
  #reports = $state.raw<readonly ReportSummary[]>([]);
  #total = $state(0);
  #error = $state.raw<DeskError | undefined>(undefined);
  #isLoaded = $state(false);
  #isSearching = $state(false);
  #isLoadingOlder = $state(false);
  #arrived = $state.raw<readonly string[]>([]);
  #selected = $state<string | undefined>(undefined);

  /** `empty`: nothing has ever come in. `no-match`: something has, but not this. */
  readonly phase = $derived.by(() => {
    if (!this.#isLoaded) return this.#error === undefined ? 'loading' : 'failed';
    if (this.#reports.length > 0) return 'listed';
    return this.isFiltered ? 'no-match' : 'empty';
  });
  readonly isFiltered = $derived(this.#query.trim() !== '' || this.#status !== undefined);
  readonly hasOlder = $derived(this.#reports.length < this.#total);
  /** Nothing is found, and the query has the shape of a receipt code whose check character says that it was misheard. */
  readonly isMisheard = $derived(
    this.phase === 'no-match' &&
      /^[0-9a-z](?:[\s-]*[0-9a-z]){10}$/i.test(this.#query.trim()) &&
      /\d/.test(this.#query) &&
      parseReceiptCode(this.#query) === undefined,
  );

  constructor(options: InboxOptions) {
    this.#desk = options.desk;
    this.#poller = new Poller({
      run: (signal) => this.#look(signal),
      intervalMs: POLL_MS,
      maxIntervalMs: MAX_POLL_MS,
      visibility: options.visibility,
      network: options.network,
    });
  }

  get query(): string {
    return this.#query;
  }
  get status(): Status | undefined {
    return this.#status;
  }
  get reports(): readonly ReportSummary[] {
    return this.#reports;
  }
  get total(): number {
    return this.#total;
  }
  /** Why the last look failed; what is listed is then as old as the one before. */
  get error(): DeskError | undefined {
    return this.#error;
  }
  get isSearching(): boolean {
    return this.#isSearching;
  }
  get isLoadingOlder(): boolean {
    return this.#isLoadingOlder;
  }
  /** Reports that came in while the list was open. */
  get arrived(): readonly string[] {
    return this.#arrived;
  }
  get selected(): string | undefined {
    return this.#selected;
  }

  /** Looks now and from then on. Returns the function that stops it. */
  open(): () => void {
    this.#poller.start();
    return () => {
      clearTimeout(this.#typing);
      this.#poller.stop();
    };
  }

  refresh(): void {
    this.#poller.now();
  }

  search(query: string): void {
    this.#query = query;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#restart();
    }, TYPING_MS);
  }

  filter(status: Status | undefined): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#restart();
  }

  clearFilters(): void {
    clearTimeout(this.#typing);
    this.#query = '';
    this.#status = undefined;
    this.#restart();
  }

  select(id: string | undefined): void {
    this.#selected = id;
  }

  /** Moves the selection by rows; from nothing to the first or the last. */
  selectBy(step: number): void {
    const last = this.#reports.length - 1;
    if (last < 0) return;
    const at = this.#reports.findIndex((report) => report.id === this.#selected);
    const next = at < 0 ? (step > 0 ? 0 : last) : Math.min(last, Math.max(0, at + step));
    this.#selected = this.#reports[next]?.id;
  }

  async loadOlder(): Promise<void> {
    const before = this.#reports.at(-1)?.id;
    if (before === undefined || this.#isLoadingOlder) return;
    const request = { ...this.#filters(), before, limit: INBOX_PAGE };
    this.#isLoadingOlder = true;
    try {
      const answer = await this.#desk.inbox(request);
      // A search that began meanwhile has made this page meaningless.
      if (this.#reports.at(-1)?.id !== before) return;
      this.#arrivals.add(answer.reports.map((report) => report.id));
      this.#list([...this.#reports, ...answer.reports], answer.total);
      this.#error = undefined;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isLoadingOlder = false;
    }
  }

  #restart(): void {
    this.#isSearching = true;
    this.#arrivals.reset();
    this.#poller.now();
  }

  #filters(): { query: string; status?: Status } {
    return { query: this.#query.trim(), ...(this.#status === undefined ? {} : { status: this.#status }) };
  }

  async #look(signal: AbortSignal): Promise<void> {
    const isFirst = !this.#arrivals.isBegun;
    const limit = isFirst ? INBOX_PAGE : Math.min(MAX_REFRESH, Math.max(INBOX_PAGE, this.#reports.length));
    try {
      const answer = await this.#desk.inbox({ ...this.#filters(), limit }, signal);
      signal.throwIfAborted();
      this.#arrived = [...this.#arrived, ...this.#arrivals.note(answer.reports.map((report) => report.id))];
      this.#list(isFirst ? answer.reports : withOlder(answer.reports, this.#reports, limit), answer.total);
      this.#error = undefined;
      this.#isLoaded = true;
      this.#isSearching = false;
    } catch (error) {
      if (signal.aborted) return;
      this.#isSearching = false;
      this.#fail(error);
      throw error;
    }
  }

  #fail(error: unknown): void {
    if (!(error instanceof DeskError)) throw error;
    this.#error = error;
  }

  #list(reports: readonly ReportSummary[], total: number): void {
    this.#reports = reports;
    this.#total = Math.max(total, reports.length);
    if (this.#selected !== undefined && !reports.some((report) => report.id === this.#selected)) {
      this.#selected = undefined;
    }
  }
}

export const inboxContext = new ViewerContext<Inbox>('inbox');

import type { ReportSummary } from '../../shared/report/report.js';
import type { Moment } from '../model/moment.js';
import { openRange } from '../sources/http-range.js';
import { ReportSource } from '../sources/report-source.js';
import type { ByteSource } from '../../shared/bundle/byte-source.js';
import type { DeskReport } from './desk-report.svelte.js';
import { OpenReport } from './open-report.svelte.js';
import { ReportPage, type ReportPageOptions } from './report-page.svelte.js';

export interface DeskOpeningOptions extends Pick<ReportPageOptions, 'router' | 'replayUrl'> {
  readonly desk: DeskReport;
  readonly moment: Moment | undefined;
  /** For ranges of the parts. */
  readonly fetch: typeof fetch;
}

/** Opens a report of the desk; and again, when a part has come in or when what failed may work now. */
export class DeskOpening {
  readonly #options: DeskOpeningOptions;
  #page: ReportPage = $state.raw() as ReportPage;
  #isOpened = false;
  /** The first part is asked for at once: in almost every report it is there, and holds what is looked at first. */
  #first: { readonly bytes: Promise<ByteSource>; readonly abort: AbortController } | undefined;

  constructor(options: DeskOpeningOptions) {
    this.#options = options;
    this.#page = this.#newPage(options.moment);
    const abort = new AbortController();
    const bytes = this.#openPart(0, abort.signal);
    bytes.catch(() => undefined); // Whoever reads the part hears of it; if it is not in the list, nobody does.
    this.#first = { bytes, abort };
  }

  /** There from the start, so that its replay can be prepared while the desk is asked. */
  get page(): ReportPage {
    return this.#page;
  }

  /** Opens what the summary lists, unless it was opened before. */
  openFirst(summary: ReportSummary): void {
    if (!this.#isOpened) this.open(summary);
  }

  /** Opens what the summary lists; the second time as a new page, at the moment that was looked at. */
  open(summary: ReportSummary): void {
    const { desk } = this.#options;
    if (this.#isOpened) {
      const playback = this.#page.report.contents?.playback;
      this.#page.report.close();
      this.#page = this.#newPage(playback === undefined ? this.#options.moment : { ms: playback.ms });
    }
    this.#isOpened = true;
    const first = this.#first;
    this.#first = undefined;
    desk.setOpenedParts(summary.parts.map((part) => part.number));
    const parts = summary.parts.map(({ number }) => ({
      number,
      open: (signal?: AbortSignal) =>
        number === 0 && first !== undefined ? first.bytes : this.#openPart(number, signal),
    }));
    void this.#page.report.open(new ReportSource(parts));
  }

  close(): void {
    this.#first?.abort.abort();
    this.#page.report.close();
  }

  #newPage(moment: Moment | undefined): ReportPage {
    const report = new OpenReport({ moment, now: () => performance.now(), frames: window });
    return new ReportPage({ report, ...this.#options });
  }

  #openPart(number: number, signal: AbortSignal | undefined): Promise<ByteSource> {
    return openRange({ url: this.#options.desk.partUrl(number), fetch: this.#options.fetch, signal });
  }
}

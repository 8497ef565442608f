import type { DeskReport } from './desk-report.svelte.js';
import type { OpenReport } from './open-report.svelte.js';
import { ReportCommands } from './report-commands.svelte.js';
import { ReportPanels } from './report-panels.svelte.js';
import { Replay } from './replay.svelte.js';
import { Screen } from './screen.svelte.js';
import type { Router } from './router.svelte.js';
import { Signatures } from './signatures.svelte.js';
import { ViewerContext } from './viewer-context.js';

export interface ReportPageOptions {
  readonly report: OpenReport;
  /** Absent for a local file: then there is no conversation and nobody to send a link to. */
  readonly desk: DeskReport | undefined;
  readonly router: Pick<Router, 'linkTo'>;
  readonly replayUrl: string;
}

/** What the panels of a report share: the report, its conversation, which panel is open. */
export class ReportPage {
  readonly report: OpenReport;
  readonly desk: DeskReport | undefined;
  readonly replay: Replay;
  readonly screen: Screen;
  readonly panels: ReportPanels;
  readonly signatures: Signatures;
  /** Absent for a local file, as the conversation is. */
  readonly commands: ReportCommands | undefined;
  readonly #router: ReportPageOptions['router'];
  /** Goes up when the comment field should take the focus. */
  #commentFocus = $state(0);

  constructor(options: ReportPageOptions) {
    this.report = options.report;
    this.desk = options.desk;
    this.replay = new Replay(options.report, options.replayUrl);
    this.screen = new Screen(options.report, this.replay);
    this.signatures = new Signatures(options.report);
    const { report, desk } = options;
    this.commands = desk === undefined ? undefined : new ReportCommands({ report, desk, signatures: this.signatures });
    this.panels = new ReportPanels(options.report, options.desk !== undefined);
    this.#router = options.router;
  }

  get canLink(): boolean {
    return this.desk !== undefined;
  }
  get commentFocus(): number {
    return this.#commentFocus;
  }

  /** A link that opens this report at a moment, with the window that was chosen by hand. */
  linkTo(ms: number): string {
    const id = this.desk?.id;
    const window = this.replay.isAutomatic ? undefined : this.replay.window?.key;
    const moment = { ms, ...(window === undefined ? {} : { window }) };
    return this.#router.linkTo(id === undefined ? { page: 'file', moment } : { page: 'report', id, moment });
  }

  /** Starts a comment that is pinned to a moment. */
  commentAt(ms: number): void {
    if (this.desk === undefined) return;
    this.report.contents?.playback.pause();
    this.desk.draftMs = ms;
    this.panels.show('comments');
    this.#commentFocus += 1;
  }

  seek(ms: number): void {
    this.report.contents?.playback.seek(ms);
  }
}

export const reportPageContext = new ViewerContext<ReportPage>('report page');

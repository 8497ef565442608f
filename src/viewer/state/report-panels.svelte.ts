import { LaneLines } from './lane-lines.svelte.js';
import type { OpenReport } from './open-report.svelte.js';

const PANELS = ['log', 'network', 'error', 'action', 'own', 'live', 'comments', 'commands', 'details'] as const;
export type PanelName = (typeof PANELS)[number];

/** The panels beside the replay: which one is open, and what each lists. They keep their filters while another is open. */
export class ReportPanels {
  readonly log: LaneLines<'log'>;
  readonly network: LaneLines<'network'>;
  readonly error: LaneLines<'error'>;
  readonly action: LaneLines<'action'>;
  readonly own: LaneLines<'own'>;
  readonly live: LaneLines<'live'>;
  #open = $state<PanelName>('log');

  /** In the order of their tabs. Those of live sessions and of the app's own lanes are there where one was recorded. */
  readonly names: readonly PanelName[] = $derived.by(() => PANELS.filter((name) => this.#isThere(name)));
  readonly #report: OpenReport;
  readonly #hasConversation: boolean;

  constructor(report: OpenReport, hasConversation: boolean) {
    this.#report = report;
    this.#hasConversation = hasConversation;
    this.log = new LaneLines(report, 'log');
    this.network = new LaneLines(report, 'network');
    this.error = new LaneLines(report, 'error');
    this.action = new LaneLines(report, 'action');
    this.own = new LaneLines(report, 'own');
    this.live = new LaneLines(report, 'live');
  }

  get open(): PanelName {
    return this.#open;
  }

  #isThere(name: PanelName): boolean {
    if (name === 'own') return this.#report.ownLanes.length > 0;
    if (name === 'live') return this.#report.contents?.index.lanes.has('live') === true;
    return this.#hasConversation || (name !== 'comments' && name !== 'commands');
  }

  show(panel: PanelName): void {
    this.#open = panel;
  }
}

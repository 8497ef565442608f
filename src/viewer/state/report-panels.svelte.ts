import { LaneLines } from './lane-lines.svelte.js';
import type { OpenReport } from './open-report.svelte.js';

const PANELS = ['log', 'network', 'error', 'action', 'comments', 'commands', 'details'] as const;
export type PanelName = (typeof PANELS)[number];

/** The panels beside the replay: which one is open, and what each lists. They keep their filters while another is open. */
export class ReportPanels {
  readonly log: LaneLines<'log'>;
  readonly network: LaneLines<'network'>;
  readonly error: LaneLines<'error'>;
  readonly action: LaneLines<'action'>;
  #open = $state<PanelName>('log');

  /** In the order of their tabs. */
  readonly names: readonly PanelName[];

  constructor(report: OpenReport, hasConversation: boolean) {
    this.names = PANELS.filter((name) => hasConversation || (name !== 'comments' && name !== 'commands'));
    this.log = new LaneLines(report, 'log');
    this.network = new LaneLines(report, 'network');
    this.error = new LaneLines(report, 'error');
    this.action = new LaneLines(report, 'action');
  }

  get open(): PanelName {
    return this.#open;
  }

  show(panel: PanelName): void {
    this.#open = panel;
  }
}

import { commandThreads, offeredCommands, type CommandThread } from '../model/commands.js';
import type { CommandDescription } from '../../shared/commands/command.js';
import { CommandHandling } from './command-handling.svelte.js';
import type { DeskReport } from './desk-report.svelte.js';
import type { OpenReport } from './open-report.svelte.js';
import { ProposalDraft } from './proposal-draft.svelte.js';
import type { Signatures } from './signatures.svelte.js';

export interface ReportCommandsOptions {
  readonly report: Pick<OpenReport, 'contents'>;
  readonly desk: Pick<DeskReport, 'id' | 'conversation' | 'refresh'>;
  readonly signatures: Pick<Signatures, 'install'>;
}

/** The commands of one report: what was proposed and came of it, and the proposal that is being written. */
export class ReportCommands extends CommandHandling {
  readonly #options: ReportCommandsOptions;

  readonly offered: readonly CommandDescription[] = $derived.by(() =>
    offeredCommands((this.#options.report.contents?.index.parts ?? []).flatMap(({ summary }) => summary ?? [])),
  );
  /** In the order in which they were proposed. */
  readonly threads: readonly CommandThread[] = $derived.by(() => commandThreads(this.#options.desk.conversation));
  readonly draft: ProposalDraft;

  constructor(options: ReportCommandsOptions) {
    const { desk, signatures } = options;
    super(() => signatures.install);
    this.#options = options;
    this.draft = new ProposalDraft({ desk, signatures, offered: () => this.offered });
  }

  /** As the report itself calls the command: the title that came with the proposal nobody has signed. */
  titleOf(proposal: string): string | undefined {
    const command = this.threads.find((thread) => thread.proposal.proposal === proposal)?.proposal.command;
    return this.offered.find(({ name }) => name === command)?.title ?? command;
  }
}

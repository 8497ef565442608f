import { SvelteMap } from 'svelte/reactivity';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import { commandThreads, offeredCommands, type CommandThread } from '../model/commands.js';
import { checkReceipt, type ReceiptCheck } from '../model/receipt-check.js';
import type { CommandDescription } from '../../shared/commands/command.js';
import type { CommandLetters } from './command-letters.js';
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
export class ReportCommands {
  readonly #options: ReportCommandsOptions;
  readonly #checks = new SvelteMap<string, ReceiptCheck>();
  readonly #cancelErrors = new SvelteMap<string, ErrorResult>();
  #cancelling = $state.raw<readonly string[]>([]);
  #shown = $state.raw<{ readonly proposal: string } | undefined>(undefined);

  readonly offered: readonly CommandDescription[] = $derived.by(() =>
    offeredCommands((this.#options.report.contents?.index.parts ?? []).flatMap(({ summary }) => summary ?? [])),
  );
  /** In the order in which they were proposed. */
  readonly threads: readonly CommandThread[] = $derived.by(() => commandThreads(this.#options.desk.conversation));
  readonly draft: ProposalDraft;

  constructor(options: ReportCommandsOptions) {
    this.#options = options;
    const { desk, signatures } = options;
    this.draft = new ProposalDraft({ desk, signatures, offered: () => this.offered });
  }

  /** The thread that somebody wants to see; a new object each time that somebody does. */
  get shown(): { readonly proposal: string } | undefined {
    return this.#shown;
  }

  show(proposal: string): void {
    this.#shown = { proposal };
  }

  /** As the report itself calls the command: the title that came with the proposal nobody has signed. */
  titleOf(proposal: string): string | undefined {
    const command = this.threads.find((thread) => thread.proposal.proposal === proposal)?.proposal.command;
    return this.offered.find(({ name }) => name === command)?.title ?? command;
  }

  isCancelling(proposal: string): boolean {
    return this.#cancelling.includes(proposal);
  }

  cancelError(proposal: string): ErrorResult | undefined {
    return this.#cancelErrors.get(proposal);
  }

  /** Takes a proposal back, or asks that the command stop: the install's answer tells what became of it. */
  async cancel(letters: Pick<CommandLetters, 'cancel'>, proposal: string): Promise<void> {
    if (this.isCancelling(proposal)) return;
    this.#cancelling = [...this.#cancelling, proposal];
    this.#cancelErrors.delete(proposal);
    try {
      await letters.cancel(proposal);
    } catch (error) {
      this.#cancelErrors.set(proposal, toErrorResult(error));
      this.#cancelling = this.#cancelling.filter((one) => one !== proposal);
    }
  }

  /** What is known of a receipt; undefined while it is not, or nobody knows whose it should be. */
  check(thread: CommandThread): ReceiptCheck | undefined {
    return this.#checks.get(checkKey(thread));
  }

  async verify(thread: CommandThread): Promise<void> {
    const { install } = this.#options.signatures;
    if (thread.result === undefined || install === undefined) return;
    this.#checks.set(checkKey(thread), await checkReceipt(thread, install.signingKey));
  }
}

/** Output that comes later makes it another check. */
function checkKey({ proposal, output }: CommandThread): string {
  return `${proposal.proposal} ${output.length}`;
}

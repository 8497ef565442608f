import { SvelteMap } from 'svelte/reactivity';
import type { CommandDescription } from '../../shared/commands/command.js';
import {
  defaultValues,
  parseValues,
  valueProblem,
  type ParameterValue,
  type ParameterValues,
} from '../../shared/commands/parameters.js';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import {
  checkReceipt,
  commandThreads,
  offeredCommands,
  type CommandThread,
  type ReceiptCheck,
} from '../model/commands.js';
import type { CommandLetters } from './command-letters.js';
import type { DeskReport } from './desk-report.svelte.js';
import type { OpenReport } from './open-report.svelte.js';
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
  #chosen = $state<string | undefined>(undefined);
  #values = $state.raw<ParameterValues>({});
  /** Why, in the technician's words. */
  reason = $state('');
  /** The moment that it is pinned to, report time; undefined: none. */
  momentMs = $state<number | undefined>(undefined);
  #isSending = $state(false);
  #error = $state.raw<ErrorResult | undefined>(undefined);
  #cancelling = $state.raw<readonly string[]>([]);

  readonly offered: readonly CommandDescription[] = $derived.by(() =>
    offeredCommands((this.#options.report.contents?.index.parts ?? []).flatMap(({ summary }) => summary ?? [])),
  );
  /** Newest first. */
  readonly threads: readonly CommandThread[] = $derived.by(() =>
    commandThreads(this.#options.desk.conversation).reverse(),
  );
  readonly command: CommandDescription | undefined = $derived(
    this.offered.find(({ name }) => name === this.#chosen) ?? this.offered[0],
  );
  /** Of the chosen command, each with its default. */
  readonly values: ParameterValues = $derived.by(() =>
    this.command === undefined ? {} : { ...defaultValues(this.command.parameters), ...this.#values },
  );
  /** Why it cannot be proposed as it is. */
  readonly problem: string | undefined = $derived.by(() => {
    if (this.command === undefined) return 'The app offers no command.';
    for (const [name, parameter] of Object.entries(this.command.parameters)) {
      const problem = valueProblem(parameter, this.values[name]);
      if (problem !== undefined) return problem;
    }
    if (this.reason.trim() === '') return 'Say why: the customer decides by it.';
    return this.#options.signatures.install === undefined ? 'Nobody can be written to.' : undefined;
  });

  constructor(options: ReportCommandsOptions) {
    this.#options = options;
  }

  get isSending(): boolean {
    return this.#isSending;
  }
  get error(): ErrorResult | undefined {
    return this.#error;
  }

  choose(name: string): void {
    this.#chosen = name;
    this.#values = {};
    this.#error = undefined;
  }

  /** Undefined leaves a moment open. */
  setValue(name: string, value: ParameterValue | undefined): void {
    const others = Object.entries(this.#values).filter(([known]) => known !== name);
    this.#values = Object.fromEntries(value === undefined ? others : [...others, [name, value]]);
  }

  /** Answers whether it is on its way; if not, what was written stays, and `error` tells why. */
  async propose(letters: Pick<CommandLetters, 'propose'>): Promise<boolean> {
    const { command } = this;
    const { install } = this.#options.signatures;
    if (command === undefined || install === undefined || this.problem !== undefined || this.#isSending) return false;
    const parameters = parseValues(command.parameters, this.values);
    if (parameters === undefined) return false;
    this.#isSending = true;
    this.#error = undefined;
    const momentMs = this.momentMs;
    try {
      await letters.propose(install, command.title, {
        proposal: crypto.randomUUID(),
        report: this.#options.desk.id,
        ...(momentMs === undefined ? {} : { momentMs: Math.round(momentMs) }),
        command: command.name,
        parameters: { ...parameters },
        reason: this.reason.trim(),
      });
      this.reason = '';
      this.#values = {};
      this.#options.desk.refresh();
      return true;
    } catch (error) {
      this.#error = toErrorResult(error);
      return false;
    } finally {
      this.#isSending = false;
    }
  }

  isCancelling(proposal: string): boolean {
    return this.#cancelling.includes(proposal);
  }

  async cancel(letters: Pick<CommandLetters, 'cancel'>, proposal: string): Promise<void> {
    if (this.isCancelling(proposal)) return;
    this.#cancelling = [...this.#cancelling, proposal];
    this.#error = undefined;
    try {
      await letters.cancel(proposal);
    } catch (error) {
      this.#error = toErrorResult(error);
      this.#cancelling = this.#cancelling.filter((one) => one !== proposal);
    }
  }

  /** What is known of a receipt; undefined while it is not. */
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

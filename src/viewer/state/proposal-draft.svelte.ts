import type { CommandDescription } from '../../shared/commands/command.js';
import {
  defaultValues,
  parseValues,
  valueProblem,
  type ParameterValue,
  type ParameterValues,
} from '../../shared/commands/parameters.js';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { CommandLetters } from './command-letters.js';
import type { DeskReport } from './desk-report.svelte.js';
import type { Signatures } from './signatures.svelte.js';

/** A report that a proposal can be pinned to a moment of, report time. */
export interface PinnableReport {
  readonly startMs: number;
  readonly wallStartMs: number;
  readonly playheadMs: number;
}

export interface ProposalDraftOptions {
  readonly desk: Pick<DeskReport, 'id' | 'refresh'>;
  readonly signatures: Pick<Signatures, 'install'>;
  readonly offered: () => readonly CommandDescription[];
}

/** The proposal that is being written: it outlives a change of panels and an expired sign-in. */
export class ProposalDraft {
  readonly #options: ProposalDraftOptions;
  #chosen = $state<string | undefined>(undefined);
  #values = $state.raw<ParameterValues>({});
  #isSending = $state(false);
  #error = $state.raw<ErrorResult | undefined>(undefined);
  #notice = $state.raw<ErrorResult | undefined>(undefined);
  /** Its form is open. */
  isOpen = $state(false);
  /** Why, in the technician's words. */
  reason = $state('');
  /** The moment that it is pinned to, report time; undefined: where the playhead is when it is sent. */
  momentMs = $state<number | undefined>(undefined);

  readonly command: CommandDescription | undefined = $derived.by(() => {
    const offered = this.#options.offered();
    return offered.find(({ name }) => name === this.#chosen) ?? offered[0];
  });
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

  constructor(options: ProposalDraftOptions) {
    this.#options = options;
  }

  get isSending(): boolean {
    return this.#isSending;
  }
  /** Why it was not sent. */
  get error(): ErrorResult | undefined {
    return this.#error;
  }
  /** It was sent, and cannot be seen in the conversation. */
  get notice(): ErrorResult | undefined {
    return this.#notice;
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

  /**
   * Sends it, pinned to a moment of report time if one is given. Answers whether the desk has it; if not, what was written stays, and
   * `error` tells why.
   */
  async propose(letters: Pick<CommandLetters, 'propose'>, momentMs: number | undefined): Promise<boolean> {
    const { command } = this;
    const { install } = this.#options.signatures;
    if (command === undefined || install === undefined || this.problem !== undefined || this.#isSending) return false;
    const parameters = parseValues(command.parameters, this.values);
    if (parameters === undefined) return false;
    this.#isSending = true;
    this.#error = undefined;
    this.#notice = undefined;
    const reason = this.reason.trim();
    try {
      const unwritten = await letters.propose(install, command.title, {
        proposal: crypto.randomUUID(),
        report: this.#options.desk.id,
        ...(momentMs === undefined ? {} : { momentMs: Math.round(momentMs) }),
        command: command.name,
        parameters: { ...parameters },
        reason,
      });
      if (unwritten !== undefined) this.#notice = toErrorResult(unwritten);
      // What was written while it was on its way belongs to the next one.
      if (this.reason.trim() === reason) this.reason = '';
      this.#values = {};
      this.momentMs = undefined;
      this.isOpen = false;
      this.#options.desk.refresh();
      return true;
    } catch (error) {
      this.#error = toErrorResult(error);
      return false;
    } finally {
      this.#isSending = false;
    }
  }
}

import { toErrorResult } from '../../../shared/errors.js';
import type { Receipt, ReceiptStatement } from '../../../shared/protocol/letters.js';
import { CommandError } from './command-errors.js';
import { CommandOutput } from './output.js';
import type { RedactLine } from './output-redaction.js';
import type { ProposalRecord } from './proposal-record.js';
import type { ProposalStore } from './proposal-store.js';
import type { Prepared } from './registry.js';
import { runCommand, type RunOutcome } from './run-command.js';

export interface ExecutionOptions {
  readonly store: ProposalStore;
  /** A fresh one for each command: it remembers where in a text it is. */
  readonly redaction: () => RedactLine;
  /** Unix ms. */
  readonly wallMs: () => number;
  readonly signReceipt: (statement: ReceiptStatement) => Promise<Receipt>;
  /** Gives a piece of output on; resolves when it is durable on its way. */
  readonly onOutput: (sequence: number, text: string) => Promise<void>;
  readonly onChange: () => void;
}

const MAX_SUMMARY_LENGTH = 200;

/** One approved command, from its start (or its going on after a restart) to its receipt. */
export class CommandExecution {
  readonly record: ProposalRecord;
  readonly #options: ExecutionOptions;
  readonly #cancel = new AbortController();
  #isLeft = false;

  constructor(record: ProposalRecord, options: ExecutionOptions) {
    this.record = record;
    this.#options = options;
  }

  /** The customer or the technician wants it to stop. */
  cancel(): void {
    this.#cancel.abort(new CommandError('cancelled'));
  }

  /**
   * The host process is about to end: what announced that goes on in the next run, everything else stops here. Answers
   * whether it ends now.
   */
  leave(): boolean {
    this.#isLeft = true;
    if (this.record.note !== undefined) return false;
    this.#cancel.abort(new CommandError('interrupted'));
    return true;
  }

  /** Resolves when the record is settled, receipt included, and durable; undefined where it goes on in the next run. */
  async run(prepared: Prepared): Promise<ProposalRecord | undefined> {
    const { record } = this;
    const { note } = record;
    const before = await this.#options.store.output(record.proposal.proposal);
    const output: CommandOutput = new CommandOutput({
      redact: this.#options.redaction(),
      before,
      onChunk: (text): Promise<void> => this.#give(output, text),
    });
    // The last piece may have been written and not sent when the process ended. A receiver drops what it has.
    const last = before.at(-1);
    if (last !== undefined) await this.#options.onOutput(before.length - 1, last);
    record.chunks = before.length;
    const outcome = await runCommand({
      ...prepared,
      note,
      cancel: this.#cancel.signal,
      run: {
        proposal: record.proposal.proposal,
        report: record.proposal.report,
        write: (text) => {
          output.write(text);
        },
        survive: async (text) => {
          await output.flush();
          record.note = text;
          await this.#options.store.save(record);
        },
      },
    });
    if (this.#isLeft && record.note !== undefined) return undefined;
    return await this.#settle(output, outcome);
  }

  /** Of a command that a crash ended: there is nothing more to run. */
  async giveUp(): Promise<ProposalRecord> {
    const before = await this.#options.store.output(this.record.proposal.proposal);
    const output = new CommandOutput({ redact: (line) => line, before, onChunk: () => Promise.resolve() });
    this.record.chunks = before.length;
    const error = toErrorResult(new CommandError('interrupted'));
    return await this.#settle(output, { status: 'failed', error });
  }

  async #give(output: CommandOutput, text: string): Promise<void> {
    const { record } = this;
    const { store, onOutput, onChange } = this.#options;
    await store.appendOutput(record.proposal.proposal, text);
    const sequence = record.chunks;
    record.chunks += 1;
    record.outputBytes = output.bytes;
    record.outputLines = output.lines;
    await onOutput(sequence, text);
    onChange();
  }

  async #settle(output: CommandOutput, outcome: RunOutcome): Promise<ProposalRecord> {
    const { record } = this;
    const redact = this.#options.redaction();
    let { status, error } = outcome;
    if (this.#isLeft && status === 'cancelled') {
      status = 'failed';
      error = toErrorResult(new CommandError('interrupted'));
    }
    record.outputSha256 = await output.end();
    if (output.failure !== undefined && status === 'done') {
      status = 'failed';
      error = toErrorResult(output.failure);
    }
    record.state = status;
    record.endedMs = this.#options.wallMs();
    record.outputBytes = output.bytes;
    record.outputLines = output.lines;
    if (output.isTruncated) record.isTruncated = true;
    if (error !== undefined) record.error = { code: error.code, message: redact(error.message) ?? '' };
    const summary = outcome.summary === undefined ? undefined : redact(outcome.summary.slice(0, MAX_SUMMARY_LENGTH));
    if (summary !== undefined) record.summary = summary;
    if (outcome.part !== undefined) record.part = outcome.part;
    delete record.note;
    record.receipt = await this.#options.signReceipt({
      v: 1,
      proposal: record.proposal.proposal,
      report: record.proposal.report,
      command: record.proposal.command,
      proposalSha256: record.sha256,
      status,
      outputBytes: record.outputBytes,
      outputSha256: record.outputSha256,
      decidedMs: record.decidedMs ?? record.endedMs,
      endedMs: record.endedMs,
    });
    record.isTold = false;
    await this.#options.store.save(record);
    return record;
  }
}

import { FluxionError, toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { Cancel, LetterContent, LetterPost, VerifiedLetter } from '../../../shared/protocol/letters.js';
import type { ProposalView } from '../../../shared/protocol/proposals.js';
import type { FileSystem } from '../durable-file.js';
import type { HostClock } from '../host-clock.js';
import { CommandError } from './command-errors.js';
import { CommandExecution } from './command-execution.js';
import { redactedLines, type RedactLine } from './output-redaction.js';
import { decisionLetter, endLetter, outputLetter } from './proposal-letters.js';
import { MAX_RUNNING, ProposalLimits } from './proposal-limits.js';
import type { ProposalRecord } from './proposal-record.js';
import { ProposalRecords } from './proposal-records.js';
import { proposalView, type ReportFacts } from './proposal-view.js';
import type { CommandRegistry, Prepared } from './registry.js';

/** The audit log as this service writes to it; resolves when the record is durable. */
export interface AuditTrail {
  append(kind: string, body: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export interface ProposalsOptions {
  readonly folder: string;
  readonly fs: FileSystem;
  readonly clock: HostClock;
  readonly registry: CommandRegistry;
  readonly post: LetterPost;
  readonly audit: AuditTrail;
  /** What the outbox knows of a report. */
  readonly report: (id: string) => ReportFacts | undefined;
  /** A fresh one for each text: it remembers where in it it is. */
  readonly redaction: () => RedactLine;
}

/** The expiry of proposals is looked at so often. */
const LOOK_MS = 10_000;
const DRY_RUN_MS = 10_000;
const MAX_DRY_RUN_LINES = 50;
/** Bytes of output in one answer to the panel. */
const MAX_READ_BYTES = 128 * 1024;

/**
 * What support proposed to this customer, and what became of it. A proposal is put before the customer and does nothing
 * by itself; only `decide` with an approval, which the panel alone can call, runs it. Silence denies, and so does closing it.
 */
export class Proposals {
  readonly #options: ProposalsOptions;
  readonly #records: ProposalRecords;
  readonly #limits: ProposalLimits;
  readonly #running = new Map<string, { readonly execution: CommandExecution; readonly ended: Promise<void> }>();
  readonly #deciding = new Set<string>();
  /** What the customer has before them. */
  readonly #lookedAt = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  #isClosed = false;

  /** Goes on with what a restart was announced for, and settles what a crash ended. */
  static async open(options: ProposalsOptions): Promise<Proposals> {
    const proposals = new Proposals(options, await ProposalRecords.open(options.fs, options.folder, options.clock));
    await proposals.#resume();
    proposals.#listen();
    return proposals;
  }

  private constructor(options: ProposalsOptions, records: ProposalRecords) {
    this.#options = options;
    this.#records = records;
    this.#limits = new ProposalLimits(() => options.clock.wallMs());
  }

  /** Called after each change. Returns the function that stops listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many wait for the customer. */
  get pending(): number {
    return this.#records.all().filter(({ state }) => state === 'pending').length;
  }

  list(): ProposalView[] {
    return this.#records
      .listed()
      .map((record) => proposalView(record, this.#prepare(record), this.#options.report(record.proposal.report)));
  }

  /** Marks it as looked at, and tells what the command would find now. */
  async lookAt(id: string): Promise<{ lines: string[]; error?: ErrorResult }> {
    const record = this.#records.get(id);
    if (record.state !== 'pending' || this.#records.isOverdue(record)) return { lines: [] };
    this.#lookedAt.add(id);
    await this.#records.touch(record);
    this.#changed();
    const prepared = this.#prepare(record);
    if (prepared?.command.dryRun === undefined) return { lines: [] };
    try {
      const lines = await prepared.command.dryRun(prepared.values, AbortSignal.timeout(DRY_RUN_MS));
      return { lines: redactedLines(this.#options.redaction(), lines.slice(0, MAX_DRY_RUN_LINES)) };
    } catch (error) {
      return { lines: [], error: toErrorResult(new CommandError('dry-run-failed', { cause: error })) };
    }
  }

  /**
   * The customer's word. `effect`: what they were shown. Rejects with a FluxionError where nothing was decided:
   * `proposal-settled`, `proposal-expired`, `proposal-changed`, `too-many-running`, `command-unknown`, a full disk.
   */
  async decide(id: string, decision: 'approve' | 'deny', effect: readonly string[]): Promise<void> {
    const record = this.#records.get(id);
    // Pressed in two panels at once, or twice: the first counts.
    if (record.state !== 'pending' || this.#deciding.has(id)) throw new CommandError('proposal-settled');
    this.#deciding.add(id);
    try {
      if (this.#records.isOverdue(record)) {
        await this.#end(record, 'expired');
        throw new CommandError('proposal-expired');
      }
      if (decision === 'deny') await this.#end(record, 'denied');
      else await this.#approve(record, effect);
    } finally {
      this.#deciding.delete(id);
    }
  }

  /** The customer closed what they had before them: what of it is undecided is denied. */
  async denyLookedAt(): Promise<void> {
    const ids = [...this.#lookedAt];
    this.#lookedAt.clear();
    for (const record of this.#records.all()) {
      const { proposal: id } = record.proposal;
      if (record.state === 'pending' && ids.includes(id) && !this.#deciding.has(id)) await this.#end(record, 'denied');
    }
  }

  /** The customer stops a running command; its result follows. Rejects with `not-running`. */
  async stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) throw new CommandError('not-running');
    running.execution.cancel();
    await this.#options.audit.append('command-cancelled', { proposal: id, by: 'customer' });
  }

  /** Pieces of its output as they were sent, from one on, as many as an answer takes. */
  async output(id: string, from: number): Promise<{ chunks: string[]; total: number }> {
    const record = this.#records.get(id);
    const all = await this.#records.store.output(record.proposal.proposal);
    const chunks: string[] = [];
    let bytes = 0;
    for (const chunk of all.slice(from)) {
      bytes += Buffer.byteLength(chunk);
      if (bytes > MAX_READ_BYTES && chunks.length > 0) break;
      chunks.push(chunk);
    }
    return { chunks, total: all.length };
  }

  /** Stops listening and ends what runs; what announced a restart goes on in the next run of the host. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#stops.splice(0)) stop();
    const ending = [...this.#running.values()].flatMap(({ execution, ended }) => (execution.leave() ? [ended] : []));
    await Promise.all(ending);
  }

  async #resume(): Promise<void> {
    for (const record of this.#records.all()) {
      const prepared = this.#prepare(record);
      if (record.state !== 'running') {
        if (record.isTold === false) await this.#tell(record);
      } else if (record.note !== undefined && prepared?.command.resume !== undefined) this.#start(record, prepared);
      else await this.#settled(await this.#execution(record).giveUp());
    }
    await this.#expire();
  }

  #listen(): void {
    const timer = setInterval(() => {
      // A full disk: looked at again in a moment, and in `decide` in any case.
      this.#expire().catch(() => undefined);
    }, LOOK_MS);
    timer.unref();
    const { post } = this.#options;
    const stopListening = post.onLetter((letter) => this.#receive(letter));
    this.#stops.push(stopListening, () => {
      clearInterval(timer);
    });
  }

  async #receive({ envelope, ...letter }: VerifiedLetter): Promise<void> {
    if (envelope.kind === 'command-proposal') await this.#propose({ envelope, ...letter });
    else if (envelope.kind === 'cancel') await this.#withdraw(envelope.body, letter.sender.signingKey);
  }

  async #propose(letter: VerifiedLetter<'command-proposal'>): Promise<void> {
    const { envelope, sender, sha256, receivedMs } = letter;
    const { body: proposal } = envelope;
    const facts = { proposal: proposal.proposal, command: proposal.command, from: sender.signingKey, letter: sha256 };
    const { audit, clock, registry } = this.#options;
    try {
      if (this.#records.has(proposal.proposal)) throw new CommandError('proposal-known');
      this.#limits.check(sender.signingKey, this.#records.all());
      const { command, values } = registry.prepare(proposal.command, proposal.parameters);
      await audit.append('command-proposed', { ...facts, name: sender.name ?? '', parameters: values });
      await this.#records.add({
        version: 1,
        proposal: { ...proposal, parameters: { ...values } },
        from: { ...sender },
        sha256,
        expiresMs: envelope.expiresMs,
        receivedMs,
        activeMs: clock.wallMs(),
        title: command.title,
        effect: [...command.effect(values)],
        state: 'pending',
        chunks: 0,
        outputBytes: 0,
        outputLines: 0,
      });
      this.#changed();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (!this.#limits.mayTellRefusal(sender.signingKey)) return;
      await audit.append('command-refused', { ...facts, code: error.code });
      // The first of its name was answered, or will be.
      if (error.code === 'proposal-known') return;
      const letterBack = decisionLetter(proposal.proposal, 'refused', clock.wallMs(), toErrorResult(error));
      await this.#options.post.send(sender, letterBack);
    }
  }

  /** Only who proposed may take back. */
  async #withdraw({ proposal }: Cancel, signingKey: string): Promise<void> {
    const record = this.#records.find(proposal);
    if (record?.from.signingKey !== signingKey || this.#deciding.has(proposal)) return;
    if (record.state === 'pending') await this.#end(record, 'withdrawn');
    else if (record.state === 'running') {
      await this.#options.audit.append('command-cancelled', { proposal, by: 'technician' });
      this.#running.get(proposal)?.execution.cancel();
    }
  }

  async #approve(record: ProposalRecord, effect: readonly string[]): Promise<void> {
    const { registry, audit, clock } = this.#options;
    if (this.#running.size >= MAX_RUNNING) throw new CommandError('too-many-running');
    const prepared = registry.prepare(record.proposal.command, record.proposal.parameters);
    const present = [...prepared.command.effect(prepared.values)];
    if (JSON.stringify(present) !== JSON.stringify(effect)) {
      record.effect = present;
      this.#changed();
      throw new CommandError('proposal-changed');
    }
    const { proposal, command } = record.proposal;
    // Durable before anything happens: the log knows of every command that ever began.
    const facts = { proposal, command, from: record.from.signingKey, letter: record.sha256 };
    await audit.append('command-approved', { ...facts, parameters: prepared.values });
    const nowMs = clock.wallMs();
    await this.#records.change(record, { state: 'running', decidedMs: nowMs, startedMs: nowMs });
    // The result says it too: where this letter cannot be written, the approval stands nevertheless.
    await this.#send(record, decisionLetter(proposal, 'approved', nowMs)).catch(() => undefined);
    this.#start(record, prepared);
    this.#changed();
  }

  #start(record: ProposalRecord, prepared: Prepared): void {
    const execution = this.#execution(record);
    const id = record.proposal.proposal;
    const ended = (async () => {
      try {
        const settled = await execution.run(prepared);
        this.#running.delete(id);
        if (settled !== undefined) await this.#settled(settled);
      } catch {
        // A full disk: the record stays as it was, and the next run of the host settles it.
        this.#running.delete(id);
        this.#changed();
      }
    })();
    this.#running.set(id, { execution, ended });
  }

  #execution(record: ProposalRecord): CommandExecution {
    const { clock, post, redaction } = this.#options;
    return new CommandExecution(record, {
      store: this.#records.store,
      redaction,
      wallMs: () => clock.wallMs(),
      signReceipt: (statement) => post.signReceipt(statement),
      onOutput: (sequence, text) => this.#send(record, outputLetter(record.proposal.proposal, sequence, text)),
      onChange: () => {
        this.#changed();
      },
    });
  }

  async #settled(record: ProposalRecord): Promise<void> {
    const { proposal, command } = record.proposal;
    const { state, outputBytes, outputSha256 = '', error } = record;
    const facts = { proposal, command, status: state, outputBytes, outputSha256 };
    await this.#options.audit.append('command-ended', error === undefined ? facts : { ...facts, code: error.code });
    await this.#tell(record);
  }

  async #end(record: ProposalRecord, state: 'denied' | 'expired' | 'withdrawn'): Promise<void> {
    const { proposal, command } = record.proposal;
    await this.#options.audit.append(`command-${state}`, { proposal, command, from: record.from.signingKey });
    await this.#records.change(record, { state, decidedMs: this.#options.clock.wallMs(), isTold: false });
    await this.#tell(record);
  }

  /** Sends what became of it, once. Where the letter cannot be written now, the next run of the host writes it. */
  async #tell(record: ProposalRecord): Promise<void> {
    this.#changed();
    const letter = endLetter(record);
    try {
      if (letter !== undefined) await this.#send(record, letter);
      await this.#records.change(record, { isTold: true });
    } catch (error) {
      if (!(error instanceof FluxionError)) throw error;
    }
  }

  async #send({ from }: ProposalRecord, content: LetterContent): Promise<void> {
    const { signingKey, recipient } = from;
    await this.#options.post.send({ signingKey, recipient }, content);
  }

  async #expire(): Promise<void> {
    for (const record of this.#records.all()) {
      const isOpen = record.state === 'pending' && !this.#deciding.has(record.proposal.proposal);
      if (isOpen && this.#records.isOverdue(record)) await this.#end(record, 'expired');
    }
  }

  /** Undefined where the app has no such command any more. */
  #prepare({ proposal }: ProposalRecord): Prepared | undefined {
    try {
      return this.#options.registry.prepare(proposal.command, proposal.parameters);
    } catch {
      return undefined;
    }
  }

  #changed(): void {
    if (this.#isClosed) return;
    for (const listener of [...this.#listeners]) listener();
  }
}

import { sha256Hex } from '../../../src/shared/bundle/sha256.js';
import type { CommandDescription } from '../../../src/shared/commands/command.js';
import { signReceipt } from '../../../src/shared/crypto/receipt.js';
import { generateSigningKeys, signerOf, type Signer } from '../../../src/shared/crypto/sign.js';
import type {
  CommandDecision,
  CommandProposal,
  CommandResult,
  EnvelopeOf,
  ReceiptStatement,
} from '../../../src/shared/protocol/letters.js';
import type { ConversationEntry } from '../../../src/shared/report/report.js';

// Conversations about commands as a desk keeps them, their receipts signed by a real key.

export const NOW_MS = 1_790_000_900_000;
const HOUR_MS = 3_600_000;
/** Of nobody: nothing is sealed to it here. */
export const RECIPIENT = 'age1thld6wmt63lklg5wu9wed82mkr49xa6dfz9a47wlr3hqzf9nau3qqx6458';

export const READ_LOGS: CommandDescription = {
  name: 'logs',
  title: 'Read the app’s log',
  summary: 'Sends lines of the log of the app’s own process, by time, level and number.',
  parameters: {
    level: {
      type: 'choice',
      label: 'Level',
      options: [
        { value: 'all', label: 'Everything' },
        { value: 'error', label: 'Errors only' },
      ],
      default: 'all',
    },
    since: { type: 'instant', label: 'Since' },
    limit: { type: 'number', label: 'At most', unit: 'lines', min: 1, max: 5000, isInteger: true, default: 500 },
  },
};

export const RECORD_AGAIN: CommandDescription = {
  name: 'record-again',
  title: 'Record again',
  summary: 'Takes what is recorded in the next minutes and sends it.',
  parameters: {
    minutes: { type: 'number', label: 'For', unit: 'minutes', min: 1, max: 60, default: 5 },
    lanes: {
      type: 'choices',
      label: 'Lanes',
      options: [
        { value: 'dom', label: 'Page' },
        { value: 'log', label: 'Log' },
        { value: 'network', label: 'Network' },
      ],
      min: 1,
      default: ['dom', 'log'],
    },
    thumbnails: { type: 'switch', label: 'With pictures', default: false },
    note: { type: 'text', label: 'Note', hint: 'For the log.', maxLength: 40, default: '' },
  },
};

export type EntryOf<T extends ConversationEntry['type']> = Extract<ConversationEntry, { type: T }>;

export const newSigner = async (): Promise<Signer> => signerOf(await generateSigningKeys(true));

/** What one install and one technician come to write about one report. */
export class CommandStory {
  readonly report: string;
  readonly install: Signer;
  readonly #technician: string;
  #entries = 0;

  static async begin(report: string = crypto.randomUUID(), install?: Signer): Promise<CommandStory> {
    return new CommandStory(report, install ?? (await newSigner()), (await newSigner()).signingKey);
  }

  private constructor(report: string, install: Signer, technician: string) {
    this.report = report;
    this.install = install;
    this.#technician = technician;
  }

  proposal(more: Partial<CommandProposal> & { title?: string; expiresMs?: number } = {}): EntryOf<'proposal'> {
    const { title = READ_LOGS.title, expiresMs = NOW_MS + HOUR_MS, ...rest } = more;
    const body: CommandProposal = {
      proposal: crypto.randomUUID(),
      report: this.report,
      command: 'logs',
      parameters: { level: 'error', limit: 20 },
      reason: 'To see what failed.',
      ...rest,
    };
    const { id, atMs } = this.#head();
    const envelope: EnvelopeOf<'command-proposal'> = {
      v: 1,
      id,
      from: this.#technician,
      to: this.install.signingKey,
      number: this.#entries,
      sentMs: atMs,
      expiresMs,
      kind: 'command-proposal',
      body,
    };
    const told = { author: 'Ines Hart', title, expiresMs, ...body, envelope: JSON.stringify(envelope) };
    return { type: 'proposal', id, atMs, by: 'technician', ...told };
  }

  decision({ proposal }: EntryOf<'proposal'>, more: Partial<CommandDecision> = {}): EntryOf<'decision'> {
    const body = { proposal, decision: 'approved' as const, decidedMs: NOW_MS + 1000 };
    return { type: 'decision', ...this.#told(), ...body, ...more };
  }

  output({ proposal }: EntryOf<'proposal'>, sequence: number, text: string): EntryOf<'output'> {
    return { type: 'output', ...this.#told(), proposal, sequence, text };
  }

  /** `statement`: what the install signs in place of the truth. */
  async result(
    proposal: EntryOf<'proposal'>,
    pieces: readonly string[],
    more: Partial<CommandResult> = {},
    { statement, signer = this.install }: { statement?: Partial<ReceiptStatement>; signer?: Signer } = {},
  ): Promise<EntryOf<'result'>> {
    const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
    const output = encode(pieces.join(''));
    const { status = 'done', endedMs = NOW_MS + 3000 } = more;
    const receipt = await signReceipt(
      {
        v: 1,
        proposal: proposal.proposal,
        report: proposal.report,
        command: proposal.command,
        proposalSha256: await sha256Hex(encode(proposal.envelope)),
        status,
        outputBytes: output.length,
        outputSha256: await sha256Hex(output),
        decidedMs: NOW_MS + 1000,
        endedMs,
        ...statement,
      },
      signer,
    );
    const sizes = { chunks: pieces.length, outputBytes: output.length };
    const body = { proposal: proposal.proposal, status, startedMs: NOW_MS + 1000, endedMs, ...sizes, receipt };
    return { type: 'result', ...this.#told(), ...body, ...more };
  }

  /** A whole one: proposed, approved, two pieces of output, done. */
  async done(
    more: Parameters<CommandStory['proposal']>[0] = {},
    pieces: readonly string[] = ['12:00:01 Sync failed\n', '12:00:02 Retry in 30 s\n'],
  ): Promise<readonly [EntryOf<'proposal'>, EntryOf<'decision'>, ...EntryOf<'output'>[], EntryOf<'result'>]> {
    const proposal = this.proposal(more);
    const outputs = pieces.map((text, sequence) => this.output(proposal, sequence, text));
    return [proposal, this.decision(proposal), ...outputs, await this.result(proposal, pieces, { summary: '2 lines' })];
  }

  #head(): { readonly id: string; readonly atMs: number } {
    this.#entries += 1;
    return { id: crypto.randomUUID(), atMs: NOW_MS + this.#entries };
  }

  #told() {
    return { ...this.#head(), by: 'customer', author: 'Ines Hart' } as const;
  }
}

import * as v from 'valibot';
import { commandDescriptionSchema, type CommandDescription } from '../../shared/commands/command.js';
import { sha256Hex } from '../../shared/bundle/sha256.js';
import { verifyReceipt } from '../../shared/crypto/receipt.js';
import { FluxionError } from '../../shared/errors.js';
import { envelopeSchema } from '../../shared/protocol/letters.js';
import type { ConversationEntry } from '../../shared/report/report.js';

type EntryOf<T extends ConversationEntry['type']> = Extract<ConversationEntry, { type: T }>;

/** One proposal with everything that followed from it. */
export interface CommandThread {
  readonly proposal: EntryOf<'proposal'>;
  readonly decision: EntryOf<'decision'> | undefined;
  readonly result: EntryOf<'result'> | undefined;
  /** The output as far as it came, in order; up to the first piece that is missing. */
  readonly output: string;
  /** Pieces that have not come, of which later ones have, or of which the result tells. */
  readonly missing: number;
}

export type ThreadState = 'waiting' | 'running' | EntryOf<'decision'>['decision'] | EntryOf<'result'>['status'];

/** What of these the customer's host offers; of a later version's parameters this one knows nothing. */
export function offeredCommands(
  parts: readonly { readonly commands?: readonly unknown[] | undefined }[],
): CommandDescription[] {
  // The newest part says what the app can do now.
  const newest = parts.findLast(({ commands }) => commands !== undefined)?.commands ?? [];
  return newest.flatMap((command) => {
    const parsed = v.safeParse(commandDescriptionSchema, command);
    return parsed.success ? [parsed.output] : [];
  });
}

/** The proposals of a conversation, in the order in which they were made. */
export function commandThreads(conversation: readonly ConversationEntry[]): CommandThread[] {
  const proposals = conversation.filter((entry) => entry.type === 'proposal');
  return proposals.map((proposal) => {
    const own = conversation.filter((entry) => 'proposal' in entry && entry.proposal === proposal.proposal);
    const decisions = own.filter((entry) => entry.type === 'decision');
    const result = own.find((entry) => entry.type === 'result');
    const pieces = new Map(own.flatMap((entry) => (entry.type === 'output' ? [[entry.sequence, entry.text]] : [])));
    const expected = Math.max(result?.chunks ?? 0, ...[...pieces.keys()].map((sequence) => sequence + 1));
    let output = '';
    let sequence = 0;
    for (let text = pieces.get(0); text !== undefined; text = pieces.get(sequence)) {
      output += text;
      sequence += 1;
    }
    return { proposal, decision: decisions.at(-1), result, output, missing: Math.max(0, expected - pieces.size) };
  });
}

export function threadState({ decision, result }: CommandThread): ThreadState {
  if (result !== undefined) return result.status;
  if (decision === undefined) return 'waiting';
  return decision.decision === 'approved' ? 'running' : decision.decision;
}

export type ReceiptCheck =
  | { readonly name: 'good' }
  /** Something does not fit: the entry was changed, or is not the install's. */
  | { readonly name: 'bad'; readonly why: string };

/**
 * Whether the install that made this report stands for it: it signed that this very proposal was approved there, and that this
 * very output came of it.
 */
export async function checkReceipt(thread: CommandThread, signingKey: string): Promise<ReceiptCheck> {
  const { proposal, result, output } = thread;
  if (result === undefined) return { name: 'bad', why: 'There is no receipt.' };
  try {
    const statement = await verifyReceipt(result.receipt, signingKey);
    const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
    if (statement.proposal !== proposal.proposal || statement.report !== proposal.report) {
      return bad('The receipt is of another proposal.');
    }
    if (statement.proposalSha256 !== (await sha256Hex(encode(proposal.envelope)))) {
      return bad('What the customer approved is not the proposal that stands here.');
    }
    if (!saysTheSame(proposal)) return bad('The proposal that stands here is not the one that was sent.');
    if (statement.status !== result.status) return bad('The receipt says that it ended in another way.');
    if (statement.outputSha256 !== (await sha256Hex(encode(output)))) {
      return bad('The output that stands here is not all of it, or not what the install sent.');
    }
    return { name: 'good' };
  } catch (error) {
    if (error instanceof FluxionError) return bad(error.message);
    throw error;
  }
}

function bad(why: string): ReceiptCheck {
  return { name: 'bad', why };
}

/** The desk copies facts out of the envelope, so that they can be read; the envelope is what was signed. */
function saysTheSame(proposal: EntryOf<'proposal'>): boolean {
  const parsed = v.safeParse(envelopeSchema, parseJson(proposal.envelope));
  if (!parsed.success || parsed.output.kind !== 'command-proposal') return false;
  const { command, parameters, reason } = parsed.output.body;
  const said = [proposal.command, proposal.parameters, proposal.reason];
  return JSON.stringify([command, parameters, reason]) === JSON.stringify(said);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

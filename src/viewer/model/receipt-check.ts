import * as v from 'valibot';
import { sha256Hex } from '../../shared/bundle/sha256.js';
import { verifyReceipt } from '../../shared/crypto/receipt.js';
import { FluxionError } from '../../shared/errors.js';
import { envelopeSchema, type ReceiptStatement } from '../../shared/protocol/letters.js';
import type { CommandThread, ProposalEntry } from './commands.js';

export type ReceiptCheck =
  | { readonly name: 'good'; readonly statement: ReceiptStatement }
  /** Pieces of the output have not come yet: nothing is wrong so far, and nothing is known. */
  | { readonly name: 'incomplete' }
  /** Something does not fit: an entry was changed, or is not the install's. */
  | { readonly name: 'bad'; readonly why: string };

/**
 * Whether the install that made this report stands for it: it signed that this very proposal was approved there, how it ended, and
 * that this very output came of it. Words that only accompany a result (its summary, its error) no receipt names.
 */
export async function checkReceipt(thread: CommandThread, signingKey: string): Promise<ReceiptCheck> {
  const { result } = thread;
  if (result === undefined) return bad('There is none.');
  try {
    // First of all: what somebody else wrote is not about to become complete.
    const statement = await verifyReceipt(result.receipt, signingKey);
    const why = differenceIn(thread, statement) ?? (await hashDifference(thread, statement));
    if (why !== undefined) return bad(why);
    return thread.missing > 0 ? { name: 'incomplete' } : { name: 'good', statement };
  } catch (error) {
    if (error instanceof FluxionError) return bad(error.message);
    throw error;
  }
}

function bad(why: string): ReceiptCheck {
  return { name: 'bad', why };
}

function differenceIn({ proposal, decision, result }: CommandThread, statement: ReceiptStatement): string | undefined {
  if (statement.proposal !== proposal.proposal || statement.report !== proposal.report) {
    return 'It is of another proposal.';
  }
  if (!isAsSent(proposal) || statement.command !== proposal.command) {
    return 'The proposal that stands here is not the one that was sent.';
  }
  if (statement.status !== result?.status || statement.endedMs !== result.endedMs) {
    return 'It says that the command ended in another way, or at another time.';
  }
  if (decision !== undefined && (decision.decision !== 'approved' || decision.decidedMs !== statement.decidedMs)) {
    return 'The customer’s decision that stands here is not the one that it names.';
  }
  return undefined;
}

async function hashDifference(
  { proposal, output, missing }: CommandThread,
  statement: ReceiptStatement,
): Promise<string | undefined> {
  if (statement.proposalSha256 !== (await sha256Hex(encode(proposal.envelope)))) {
    return 'What the customer approved is not the proposal that stands here.';
  }
  if (missing > 0) return undefined;
  const bytes = encode(output);
  if (statement.outputBytes !== bytes.length || statement.outputSha256 !== (await sha256Hex(bytes))) {
    return 'The output that stands here is not what the install sent.';
  }
  return undefined;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** The desk copies facts out of the envelope, so that they can be read; the envelope is what was signed. */
function isAsSent(proposal: ProposalEntry): boolean {
  const parsed = v.safeParse(envelopeSchema, parseJson(proposal.envelope));
  if (!parsed.success || parsed.output.kind !== 'command-proposal') return false;
  const { id, expiresMs, body } = parsed.output;
  const sent = [id, expiresMs, body.proposal, body.report, body.momentMs, body.command, body.parameters, body.reason];
  const { momentMs, command, parameters, reason } = proposal;
  const told = [proposal.id, proposal.expiresMs, proposal.proposal, proposal.report, momentMs];
  return JSON.stringify(sent) === JSON.stringify([...told, command, parameters, reason]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

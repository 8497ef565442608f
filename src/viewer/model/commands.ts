import * as v from 'valibot';
import { commandDescriptionSchema, type CommandDescription } from '../../shared/commands/command.js';
import type { ConversationEntry } from '../../shared/report/report.js';

type EntryOf<T extends ConversationEntry['type']> = Extract<ConversationEntry, { type: T }>;
export type ProposalEntry = EntryOf<'proposal'>;
export type DecisionEntry = EntryOf<'decision'>;

/** One proposal with everything that followed from it. */
export interface CommandThread {
  readonly proposal: ProposalEntry;
  readonly decision: DecisionEntry | undefined;
  readonly result: EntryOf<'result'> | undefined;
  /** The output as far as it came, in order; up to the first piece that is missing. */
  readonly output: string;
  /** Pieces that have not come, of which later ones have, or of which the result tells. */
  readonly missing: number;
  /** When something of it was last written down, by the desk's clock. */
  readonly lastMs: number;
}

/** `unanswered`: the proposal's letter has ended, and nothing was heard. */
export type ThreadState =
  'waiting' | 'unanswered' | 'running' | Exclude<DecisionEntry['decision'], 'approved'> | EntryOf<'result'>['status'];

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

interface Gathered {
  readonly proposal: ProposalEntry;
  decision?: DecisionEntry;
  result?: EntryOf<'result'>;
  readonly pieces: Map<number, string>;
  lastMs: number;
}

/**
 * The proposals of a conversation, in the order in which they were made. Of what is said twice the first counts: an install decides
 * once, ends once, and after a crash sends a piece of output again.
 */
export function commandThreads(conversation: readonly ConversationEntry[]): CommandThread[] {
  const threads = new Map<string, Gathered>();
  for (const entry of conversation) {
    if (entry.type === 'proposal') {
      if (!threads.has(entry.proposal)) {
        threads.set(entry.proposal, { proposal: entry, pieces: new Map(), lastMs: entry.atMs });
      }
      continue;
    }
    if (entry.type !== 'decision' && entry.type !== 'output' && entry.type !== 'result') continue;
    const thread = threads.get(entry.proposal);
    if (thread === undefined) continue; // The desk keeps none without its proposal; this one could not be read.
    thread.lastMs = entry.atMs;
    if (entry.type === 'decision') thread.decision ??= entry;
    else if (entry.type === 'result') thread.result ??= entry;
    else if (!thread.pieces.has(entry.sequence)) thread.pieces.set(entry.sequence, entry.text);
  }
  return [...threads.values()].map(threadOf);
}

function threadOf({ proposal, decision, result, pieces, lastMs }: Gathered): CommandThread {
  let expected = result?.chunks ?? 0;
  for (const sequence of pieces.keys()) expected = Math.max(expected, sequence + 1);
  const inOrder: string[] = [];
  for (let text = pieces.get(0); text !== undefined; text = pieces.get(inOrder.length)) inOrder.push(text);
  const missing = Math.max(0, expected - pieces.size);
  return { proposal, decision, result, output: inOrder.join(''), missing, lastMs };
}

export function threadState({ proposal, decision, result }: CommandThread, nowMs: number): ThreadState {
  if (result !== undefined) return result.status;
  if (decision === undefined) return nowMs > proposal.expiresMs ? 'unanswered' : 'waiting';
  return decision.decision === 'approved' ? 'running' : decision.decision;
}

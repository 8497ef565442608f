import type { ErrorResult } from '../../../shared/errors.js';
import type { CommandDecision, LetterContent } from '../../../shared/protocol/letters.js';
import type { ProposalRecord } from './proposal-record.js';

// What an install writes to the technician who proposed.

type Content<K extends LetterContent['kind']> = Extract<LetterContent, { kind: K }>;

export function decisionLetter(
  proposal: string,
  decision: CommandDecision['decision'],
  decidedMs: number,
  error?: ErrorResult,
): Content<'command-decision'> {
  return {
    kind: 'command-decision',
    body: { proposal, decision, decidedMs, ...(error === undefined ? {} : { error: { ...error } }) },
  };
}

export function outputLetter(proposal: string, sequence: number, text: string): Content<'command-output'> {
  return { kind: 'command-output', body: { proposal, sequence, text } };
}

/** The letter that says how it ended; undefined where it has not. */
export function endLetter(record: ProposalRecord): LetterContent | undefined {
  const { state, receipt } = record;
  const { proposal } = record.proposal;
  if (state === 'pending' || state === 'running') return undefined;
  if (state === 'denied' || state === 'expired' || state === 'withdrawn') {
    return decisionLetter(proposal, state, record.decidedMs ?? record.receivedMs);
  }
  if (receipt === undefined) return undefined;
  const { startedMs, endedMs, chunks, outputBytes, error, summary, part, isTruncated } = record;
  return {
    kind: 'command-result',
    body: {
      proposal,
      status: state,
      ...(error === undefined ? {} : { error }),
      startedMs: startedMs ?? record.receivedMs,
      endedMs: endedMs ?? record.receivedMs,
      chunks,
      outputBytes,
      ...(isTruncated === undefined ? {} : { isTruncated }),
      ...(summary === undefined ? {} : { summary }),
      ...(part === undefined ? {} : { part }),
      receipt,
    },
  };
}

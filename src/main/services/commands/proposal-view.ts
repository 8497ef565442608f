import { valueWords } from '../../../shared/commands/words.js';
import type { ProposalView } from '../../../shared/protocol/proposals.js';
import { expiresAt } from './proposal-limits.js';
import type { ProposalRecord } from './proposal-record.js';
import type { Prepared } from './registry.js';

export interface ReportFacts {
  readonly receiptCode: string;
  /** Unix ms of its session time 0, where that is known. */
  readonly startedMs: number | undefined;
}

/** What the panel shows of a proposal. `prepared`: its command, where the host still has it. */
export function proposalView(
  record: ProposalRecord,
  prepared: Prepared | undefined,
  report: ReportFacts | undefined,
): ProposalView {
  const { proposal, from } = record;
  const { momentMs } = proposal;
  const startedMs = report?.startedMs;
  return {
    id: proposal.proposal,
    report: proposal.report,
    ...(report === undefined ? {} : { receiptCode: report.receiptCode }),
    from: { name: from.name ?? '', organisation: from.organisation ?? '', signingKey: from.signingKey },
    reason: proposal.reason,
    ...(momentMs === undefined || startedMs === undefined ? {} : { momentWallMs: startedMs + momentMs }),
    command: proposal.command,
    title: record.title,
    effect: record.effect,
    values:
      prepared === undefined
        ? []
        : Object.entries(prepared.command.parameters).map(([name, parameter]) => ({
            label: parameter.label,
            value: valueWords(parameter, prepared.values[name]),
          })),
    hasDryRun: prepared?.command.dryRun !== undefined,
    receivedMs: record.receivedMs,
    expiresMs: expiresAt(record),
    state: record.state,
    ...pick(record, ['decidedMs', 'startedMs', 'endedMs', 'isTruncated', 'summary', 'error']),
    chunks: record.chunks,
    outputLines: record.outputLines,
    outputBytes: record.outputBytes,
  };
}

/** Those that are there: an optional field of the contract is absent, not undefined. */
function pick<K extends keyof ProposalRecord>(
  record: ProposalRecord,
  names: readonly K[],
): { [N in K]?: Exclude<ProposalRecord[N], undefined> } {
  return Object.fromEntries(
    names.flatMap((name) => (record[name] === undefined ? [] : [[name, record[name]] as const])),
  ) as { [N in K]?: Exclude<ProposalRecord[N], undefined> };
}

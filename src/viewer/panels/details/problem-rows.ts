import type { ConversationEntry } from '../../../shared/report/report.js';
import type { SegmentProblem } from '../../model/timeline.js';
import type { ReportIndexView } from '../../state/open-report.svelte.js';

export interface ProblemRow {
  readonly key: string;
  readonly code: string;
  readonly message: string;
  /** Which part, and which entry of it. */
  readonly where: string;
}

type Quarantine = Extract<ConversationEntry, { type: 'quarantine' }>;

/** All that is wrong with a report: parts that the desk put aside, what the bundles' readers found, what failed on reading. */
export function problemRows(
  index: Pick<ReportIndexView, 'problems'> | undefined,
  segmentProblems: readonly SegmentProblem[],
  quarantined: readonly Quarantine[],
): readonly ProblemRow[] {
  const found = [
    ...quarantined.map((entry) => ({ code: entry.code, message: entry.reason, part: entry.part.number, path: '' })),
    ...(index?.problems ?? []).map(({ code, message, part, path = '', detail }) => ({
      code,
      message: detail === undefined ? message : `${message} (${detail})`,
      part,
      path,
    })),
    ...segmentProblems.map(({ code, message, segment }) => ({
      code,
      message,
      part: segment.part,
      path: segment.path,
    })),
  ];
  const rows = new Map<string, ProblemRow>();
  for (const { code, message, part, path } of found) {
    const where = `part ${part + 1}${path === '' ? '' : `, ${path}`}`;
    // A problem that the directory showed is met again when the entry is read.
    const key = `${where} ${code}`;
    if (!rows.has(key)) rows.set(key, { key, code, message, where });
  }
  return [...rows.values()];
}

import type { ReportIndexView } from '../../state/open-report.svelte.js';

export interface LaneTotal {
  readonly lane: string;
  readonly events: number;
  readonly bytes: number;
  readonly storedBytes: number;
}

/** What each lane holds, segments that several parts share counted once. */
export function laneTotals(lanes: ReportIndexView['lanes']): readonly LaneTotal[] {
  return Array.from(lanes, ([lane, segments]) => {
    const total = { lane, events: 0, bytes: 0, storedBytes: 0 };
    for (const segment of segments) {
      total.events += segment.events;
      total.bytes += segment.bytes;
      total.storedBytes += segment.storedBytes;
    }
    return total;
  });
}

import type { LaneTotal } from '../../shared/protocol/host.js';
import { inLaneOrder, MAX_LANES } from '../../shared/session/lane.js';

interface PartialTotals {
  readonly lanes: readonly LaneTotal[];
  readonly oldestMs: number | undefined;
}

/** Adds up what several sources have. */
export function mergeTotals(parts: readonly PartialTotals[]): { lanes: LaneTotal[]; oldestMs: number | undefined } {
  const lanes = inLaneOrder(parts.flatMap((part) => part.lanes.map(({ lane }) => lane))).map((lane): LaneTotal => {
    const sum = { lane, events: 0, bytes: 0, storedBytes: 0 };
    for (const total of parts.flatMap((part) => part.lanes)) {
      if (total.lane !== lane) continue;
      sum.events += total.events;
      sum.bytes += total.bytes;
      sum.storedBytes += total.storedBytes;
    }
    return sum;
  });
  const oldest = parts.flatMap(({ oldestMs }) => (oldestMs === undefined ? [] : [oldestMs]));
  return {
    // Windows that are gone may each have had lanes of their own.
    lanes: lanes.filter(({ events }) => events > 0).slice(0, MAX_LANES),
    oldestMs: oldest.length === 0 ? undefined : Math.min(...oldest),
  };
}

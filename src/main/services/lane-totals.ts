import type { LaneTotal } from '../../shared/protocol/host.js';
import { inLaneOrder, type Lane } from '../../shared/session/lane.js';

/** One total a lane, in their order. A segment counts as the total of itself. */
export function sumLanes(parts: Iterable<LaneTotal>): LaneTotal[] {
  const sums = new Map<Lane, { events: number; bytes: number; storedBytes: number }>();
  for (const { lane, events, bytes, storedBytes } of parts) {
    const sum = sums.get(lane) ?? { events: 0, bytes: 0, storedBytes: 0 };
    sum.events += events;
    sum.bytes += bytes;
    sum.storedBytes += storedBytes;
    sums.set(lane, sum);
  }
  return inLaneOrder(sums.keys()).flatMap((lane) => {
    const sum = sums.get(lane);
    return sum === undefined ? [] : [{ lane, ...sum }];
  });
}

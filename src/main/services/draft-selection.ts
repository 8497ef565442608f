import type { Draft, LaneTotal } from '../../shared/protocol/host.js';
import { selectRows, toChains, type PlacedRow } from '../../shared/session/chains.js';
import { toSessionMs, type Source } from '../../shared/session/clock.js';
import type { Lane } from '../../shared/session/lane.js';
import { isOwnLane } from '../../shared/session/own-lane.js';
import type { Segment } from '../../shared/session/segment.js';
import { sumLanes } from './lane-totals.js';
import { mergeStretches, type Stretch } from './recorded-stretches.js';

/** A row of a draft, placed on the session's clock, with the segment that it is. */
export interface DraftRow extends PlacedRow {
  readonly segment: Segment;
}

export interface Choice {
  readonly startMs: number;
  readonly endMs: number;
  /** `own`: all of the app's own. Absent: every lane. */
  readonly lanes?: readonly (Lane | 'own')[];
  /** Nothing from before or after it, where whole segments reach over it: see cut-rows.ts. */
  readonly within?: Stretch;
}

export function placeRow(segment: Segment, source: Pick<Source, 'anchors'>): DraftRow {
  return {
    source: segment.source,
    lane: segment.lane,
    chain: segment.chain,
    sequence: segment.sequence,
    startMs: toSessionMs(source, segment.startMonoMs),
    endMs: toSessionMs(source, segment.endMonoMs),
    storedBytes: segment.storedBytes,
    segment,
  };
}

/** The rows that a choice needs; of the dom lane from the checkout at or before its start. `isAlive`: does this source still record? */
export function chooseRows(
  rows: readonly DraftRow[],
  choice: Choice,
  isAlive: (source: string) => boolean,
): DraftRow[] {
  const lanes = choice.lanes === undefined ? undefined : new Set(choice.lanes);
  const isChosen = (lane: Lane): boolean =>
    lanes === undefined || lanes.has(lane) || (lanes.has('own') && isOwnLane(lane));
  const lastDomChain = new Map<string, number>();
  for (const { lane, source, chain } of rows) {
    if (lane === 'dom') lastDomChain.set(source, Math.max(chain, lastDomChain.get(source) ?? 0));
  }
  const chains = toChains(
    rows.filter(({ lane }) => isChosen(lane)),
    (source, lane, chain) => lane === 'dom' && lastDomChain.get(source) === chain && isAlive(source),
  );
  return selectRows(chains, choice.startMs, choice.endMs);
}

/** `reported`: when windows said that they record, for the stretches in which nothing happened. */
export function describeAvailable(
  rows: readonly DraftRow[],
  reported: readonly Stretch[],
  range: Stretch,
): Draft['available'] {
  const within = reported
    .map(({ startMs, endMs }) => ({ startMs: Math.max(startMs, range.startMs), endMs: Math.min(endMs, range.endMs) }))
    .filter(({ startMs, endMs }) => startMs < endMs);
  const recorded = mergeStretches([...rows.map(({ startMs, endMs }) => ({ startMs, endMs })), ...within]);
  return {
    startMs: recorded[0]?.startMs ?? range.endMs,
    endMs: Math.max(recorded.at(-1)?.endMs ?? range.endMs, range.endMs),
    lanes: laneTotals(rows),
    recorded,
  };
}

export function laneTotals(rows: readonly DraftRow[]): LaneTotal[] {
  return sumLanes(rows.map(({ segment }) => segment));
}

/** From where to where whole segments reach; the choice itself where there are none. */
export function reachOf(rows: readonly DraftRow[], choice: Choice): { fromMs: number; toMs: number } {
  if (rows.length === 0) return { fromMs: choice.startMs, toMs: choice.endMs };
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const { startMs, endMs } of rows) {
    fromMs = Math.min(fromMs, startMs);
    toMs = Math.max(toMs, endMs);
  }
  return { fromMs, toMs };
}

import type { LaneTotal } from '../../shared/protocol/host.js';
import { inLaneOrder, type Lane } from '../../shared/session/lane.js';
import type { Segment } from '../../shared/session/segment.js';
import type { OpenSegment } from './open-segment.js';
import type { ChainKey } from './ring-store.js';

interface Sum {
  events: number;
  bytes: number;
  storedBytes: number;
}

interface ChainSum extends Sum {
  readonly lane: Lane;
  startMonoMs: number;
}

/** What sealed segments there are of one source, counted as they come and go. */
export class OwnTotals {
  readonly #chains = new Map<string, ChainSum>();
  readonly #lanes = new Map<Lane, Sum>();
  /** Stored bytes of one plain byte, of the last segment of each lane: what an open segment will come to. */
  readonly #ratios = new Map<Lane, number>();

  add(segment: Segment): void {
    const key = keyOf(segment);
    const chain = this.#chains.get(key) ?? { ...emptySum(), lane: segment.lane, startMonoMs: Infinity };
    chain.startMonoMs = Math.min(chain.startMonoMs, segment.startMonoMs);
    this.#chains.set(key, chain);
    const lane = this.#lanes.get(segment.lane) ?? emptySum();
    this.#lanes.set(segment.lane, lane);
    for (const sum of [chain, lane]) change(sum, segment, 1);
    if (segment.bytes > 0) this.#ratios.set(segment.lane, segment.storedBytes / segment.bytes);
  }

  /** Chains of other sources are passed over. */
  removeChains(source: string, chains: readonly ChainKey[]): void {
    for (const chain of chains) {
      const key = keyOf(chain);
      const sum = chain.source === source ? this.#chains.get(key) : undefined;
      if (sum === undefined) continue;
      this.#chains.delete(key);
      const lane = this.#lanes.get(sum.lane);
      if (lane !== undefined) change(lane, sum, -1);
    }
  }

  clear(): void {
    this.#chains.clear();
    this.#lanes.clear();
  }

  /** Lanes that hold anything, those of `unsealed` included. */
  lanes(unsealed: readonly OpenSegment[]): LaneTotal[] {
    const sums = new Map(
      inLaneOrder([...this.#lanes.keys(), ...unsealed.map(({ lane }) => lane)]).map((lane) => [
        lane,
        { ...emptySum(), ...this.#lanes.get(lane) },
      ]),
    );
    for (const { lane, events, bytes } of unsealed) {
      const sum = sums.get(lane);
      if (sum === undefined) continue;
      change(sum, { events, bytes, storedBytes: Math.round(bytes * (this.#ratios.get(lane) ?? 1)) }, 1);
    }
    return [...sums].filter(([, sum]) => sum.events > 0).map(([lane, sum]) => ({ lane, ...sum }));
  }

  oldestMonoMs(unsealed: readonly OpenSegment[]): number | undefined {
    let oldest = Infinity;
    for (const chain of this.#chains.values()) oldest = Math.min(oldest, chain.startMonoMs);
    for (const segment of unsealed) oldest = Math.min(oldest, segment.startMonoMs);
    return oldest === Infinity ? undefined : oldest;
  }
}

function emptySum(): Sum {
  return { events: 0, bytes: 0, storedBytes: 0 };
}

function change(sum: Sum, by: Sum, sign: 1 | -1): void {
  sum.events += sign * by.events;
  sum.bytes += sign * by.bytes;
  sum.storedBytes += sign * by.storedBytes;
}

function keyOf({ lane, chain }: Pick<ChainKey, 'lane' | 'chain'>): string {
  return `${lane}/${chain}`;
}

import type { NetworkEvent } from '../../shared/session/lane.js';
import type { NetworkItem, NetworkState } from './items.js';

/** A network event placed on report time, before the events of its id are taken together. */
export interface PlacedNetworkEvent {
  readonly key: number;
  readonly ms: number;
  readonly source: string;
  readonly event: NetworkEvent;
}

// The latest word about a request or a socket wins, in whatever order segments are read.
const FINALITY: Readonly<Record<NetworkEvent['phase'], number>> = { pending: 0, open: 0, request: 1, close: 1 };

function stateOf(event: NetworkEvent): NetworkState {
  if (event.phase === 'pending') return 'pending';
  if (event.outcome !== undefined) return event.outcome;
  if (event.phase === 'open') return 'open';
  return event.error === undefined ? 'ok' : 'failed';
}

/** Takes two events of one id together: the start of the earlier, what the more final one says, what only one knows. */
function join(a: PlacedNetworkEvent, b: PlacedNetworkEvent): PlacedNetworkEvent {
  const [less, more] = FINALITY[a.event.phase] > FINALITY[b.event.phase] ? [b, a] : [a, b];
  const [first] = a.ms < b.ms || (a.ms === b.ms && a.key < b.key) ? [a] : [b];
  return {
    key: first.key,
    ms: first.ms,
    source: first.source,
    event: { ...less.event, ...more.event, t: first.event.t },
  };
}

/** `endedMs`: report time of a close event, which is dated by its end; a request is dated by its start and has a duration. */
export function toNetworkItem(placed: PlacedNetworkEvent, endedMs?: number): NetworkItem {
  const { event, ms } = placed;
  const state = stateOf(event);
  const end =
    endedMs ?? (event.phase === 'request' && event.durationMs !== undefined ? ms + event.durationMs : undefined);
  return {
    lane: 'network',
    ...placed,
    state,
    isFailure: state === 'failed' || state === 'timeout' || (event.status ?? 0) >= 400,
    ...(end === undefined || state === 'pending' || state === 'open' ? {} : { endMs: end }),
  };
}

/** Requests and sockets, each one item from whatever of its events has been read so far. */
export class NetworkLog {
  readonly #known = new Map<string, { placed: PlacedNetworkEvent; endedMs: number | undefined; item: NetworkItem }>();

  /** Answers the items that are new, and the ones that are gone because a newer item says more. */
  add(batch: Iterable<PlacedNetworkEvent>): { added: NetworkItem[]; replaced: ReadonlySet<NetworkItem> } {
    const added = new Set<NetworkItem>();
    const replaced = new Set<NetworkItem>();
    for (const placed of batch) {
      const id = `${placed.source}\n${placed.event.id}`;
      const before = this.#known.get(id);
      const joined = before === undefined ? placed : join(before.placed, placed);
      const endedMs = placed.event.phase === 'close' ? placed.ms : before?.endedMs;
      const item = toNetworkItem(joined, endedMs);
      if (before !== undefined && !added.delete(before.item)) replaced.add(before.item);
      added.add(item);
      this.#known.set(id, { placed: joined, endedMs, item });
    }
    return { added: [...added], replaced };
  }
}

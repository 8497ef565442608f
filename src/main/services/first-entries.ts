import type { Manifest, ManifestEntry } from '../../shared/bundle/manifest.js';
import { isOwnLane } from '../../shared/session/own-lane.js';

/** Lanes that say most in few bytes: all of them go first. */
const FIRST_LANES = new Set(['log', 'error', 'network', 'action', 'recorder']);
/** Of what the windows showed, the end goes first: what was there when the customer asked for help. */
const FIRST_DOM_MS = 2 * 60_000;

/** What a technician looks at first: the small lanes, and the last minutes of the dom lane, by whole chains. */
export function firstEntries({ entries, range }: Pick<Manifest, 'entries' | 'range'>): Set<ManifestEntry> {
  const sinceMs = range.endMs - FIRST_DOM_MS;
  const first = new Set(entries.filter(({ lane }) => FIRST_LANES.has(lane) || isOwnLane(lane)));
  for (const chains of domChains(entries)) {
    for (const [index, chain] of chains.entries()) {
      // A page that stands still leaves no events: a chain shows what is there until the next one begins.
      const untilMs = chains[index + 1]?.startMs ?? chain.endMs;
      if (untilMs >= sinceMs) for (const entry of chain.entries) first.add(entry);
    }
  }
  // The window that was used last, even if nothing has moved in it for longer.
  const last = domChains(entries)
    .flatMap((chains) => chains.slice(-1))
    .reduce<DomChain | undefined>(
      (latest, chain) => ((latest?.endMs ?? -Infinity) < chain.endMs ? chain : latest),
      undefined,
    );
  for (const entry of last?.entries ?? []) first.add(entry);
  return first;
}

interface DomChain {
  readonly startMs: number;
  endMs: number;
  readonly entries: ManifestEntry[];
}

/** The dom chains of each source, in the order in which they begin. */
function domChains(entries: readonly ManifestEntry[]): DomChain[][] {
  const sources = new Map<string, Map<number, DomChain>>();
  for (const entry of entries) {
    if (entry.lane !== 'dom') continue;
    const chains = sources.get(entry.source) ?? new Map<number, DomChain>();
    sources.set(entry.source, chains);
    const chain = chains.get(entry.chain);
    if (chain === undefined) {
      chains.set(entry.chain, { startMs: entry.startMs, endMs: entry.endMs, entries: [entry] });
    } else {
      chain.endMs = Math.max(chain.endMs, entry.endMs);
      chain.entries.push(entry);
    }
  }
  return [...sources.values()].map((chains) => [...chains.values()].sort((a, b) => a.startMs - b.startMs));
}

import type { ReportIndex, ReportSource, SegmentRef } from '../sources/session-source.js';
import { mergeStretches } from './activity.js';
import { toReportMs } from '../sources/report-time.js';
import { indexAt } from './at-moment.js';

/** A dom chain: its segments must be replayed from the first one on. */
export interface DomChain {
  /** Unique in the report. */
  readonly key: string;
  readonly source: ReportSource;
  /** `ReplayWindow.key` */
  readonly window: string;
  readonly segments: readonly SegmentRef[];
  readonly startMs: number;
  /** Its last event. The page stays as it is then, until `untilMs`. */
  readonly endMs: number;
  /** Until when this chain is what the window shows: the next one begins, or the last sign of life of its document. */
  readonly untilMs: number;
}

/** A window of the app, over all documents that it loaded. */
export interface ReplayWindow {
  readonly key: string;
  readonly title: string;
  /** Ascending in `startMs`. */
  readonly chains: readonly DomChain[];
  readonly startMs: number;
  readonly endMs: number;
}

/** What a window shows at a moment. `gap`: nothing was recorded of it then; where the recording is next, if anywhere. */
export type Shown =
  | { readonly kind: 'chain'; readonly chain: DomChain }
  | { readonly kind: 'gap'; readonly startMs: number; readonly endMs: number; readonly nextMs: number | undefined };

/** A document that has just fallen silent is still there: only after this long does its window count as not recorded. */
const STAYS_MS = 2_000;

function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function latest(times: Iterable<number>): number {
  let last = -Infinity;
  for (const ms of times) last = Math.max(last, ms);
  return last;
}

/** The last sign of life of each source in report time: its last event of any lane, its last anchor. */
function lastSigns(index: ReportIndex): ReadonlyMap<string, number> {
  const signs = new Map<string, number>();
  for (const source of index.sources) {
    const anchor = source.anchors.at(-1);
    if (anchor !== undefined) signs.set(source.key, toReportMs(source, anchor.monoMs));
  }
  for (const segments of index.lanes.values()) {
    for (const { source, endMs } of segments) signs.set(source, Math.max(signs.get(source) ?? -Infinity, endMs));
  }
  return signs;
}

/**
 * Until when what is shown at a moment is known to have stayed: to the end of the stretch that a part was made of. Between the
 * stretches of two parts (a report, and a live session an hour later) nobody knows.
 */
function knownUntil(index: ReportIndex): (ms: number) => number {
  const stretches = mergeStretches(
    index.parts.flatMap(({ summary }) => {
      if (summary === undefined) return [];
      const { range, offsetMs } = summary;
      return [{ startMs: range.startMs + offsetMs, endMs: range.endMs + offsetMs }];
    }),
  );
  return (ms) => {
    const at = stretches.findLastIndex(({ startMs }) => startMs <= ms);
    const isLast = at === stretches.length - 1;
    return isLast ? Infinity : Math.max(ms, stretches[at]?.endMs ?? Infinity) + STAYS_MS;
  };
}

/** The windows of a report with their dom chains, the one with the most recorded first. */
export function replayWindows(index: ReportIndex): ReplayWindow[] {
  const sources = new Map(index.sources.map((source) => [source.key, source]));
  const signs = lastSigns(index);
  const known = knownUntil(index);
  const chains: DomChain[] = [];
  for (const [key, segments] of groupBy(index.lanes.get('dom') ?? [], (one) => `${one.source}/${one.chain}`)) {
    const first = segments[0];
    const source = first && sources.get(first.source);
    // Without its checkout a chain cannot be built; the ring never makes one, a damaged bundle may.
    if (first === undefined || source === undefined || !first.checkout) continue;
    const endMs = latest(segments.map((segment) => segment.endMs));
    const untilMs = Math.min(Math.max(endMs, signs.get(source.key) ?? endMs) + STAYS_MS, known(endMs));
    const window = source.window ?? source.key;
    chains.push({ key, source, window, segments, startMs: first.startMs, endMs, untilMs });
  }
  const windows: ReplayWindow[] = [];
  for (const [key, ofWindow] of groupBy(chains, (chain) => chain.window)) {
    ofWindow.sort((a, b) => a.startMs - b.startMs);
    const bounded = ofWindow.map((chain, position): DomChain => {
      const next = ofWindow[position + 1];
      return next === undefined ? chain : { ...chain, untilMs: Math.min(chain.untilMs, next.startMs) };
    });
    const titled = ofWindow.findLast((chain) => chain.source.title !== undefined);
    windows.push({
      key,
      title: titled?.source.title ?? '',
      chains: bounded,
      startMs: bounded[0]?.startMs ?? 0,
      endMs: latest(bounded.map((chain) => chain.untilMs)),
    });
  }
  const bytes = (window: ReplayWindow): number =>
    window.chains.reduce((sum, chain) => sum + chain.segments.reduce((all, segment) => all + segment.bytes, 0), 0);
  return windows
    .map((window) => ({ window, bytes: bytes(window) }))
    .sort((a, b) => b.bytes - a.bytes)
    .map((one) => one.window);
}

/** What a window shows at a moment of report time. */
export function shownAt(window: ReplayWindow, ms: number): Shown {
  const position = window.chains.findLastIndex((chain) => chain.startMs <= ms);
  const chain = window.chains[position];
  if (chain !== undefined && ms < chain.untilMs) return { kind: 'chain', chain };
  const next = window.chains[position + 1];
  return {
    kind: 'gap',
    startMs: chain?.untilMs ?? -Infinity,
    endMs: next?.startMs ?? Infinity,
    nextMs: next?.startMs,
  };
}

/** The chain that follows in the same window, for reading ahead. */
export function nextChain(window: ReplayWindow, chain: DomChain): DomChain | undefined {
  return window.chains.find((other) => other.startMs > chain.startMs);
}

/**
 * The window that people were most recently busy with at a moment: of the windows that show something then, the one with
 * the latest action; before the actions are read, the one that changed last.
 */
export function activeWindowAt(
  windows: readonly ReplayWindow[],
  ms: number,
  actions: readonly { readonly ms: number; readonly source: string }[] = [],
): ReplayWindow | undefined {
  const showing = windows.filter((window) => shownAt(window, ms).kind === 'chain');
  if (showing.length <= 1) return showing[0] ?? windows[0];
  const windowOf = new Map(
    showing.flatMap((window) => window.chains.map((chain) => [chain.source.key, window] as const)),
  );
  for (let index = indexAt(actions, ms); index >= 0; index -= 1) {
    const window = windowOf.get(actions[index]?.source ?? '');
    if (window !== undefined) return window;
  }
  const lastChange = (window: ReplayWindow): number => {
    const shown = shownAt(window, ms);
    if (shown.kind === 'gap') return -Infinity;
    return latest(shown.chain.segments.filter((one) => one.startMs <= ms).map((one) => Math.min(one.endMs, ms)));
  };
  return showing.reduce((best, window) => (lastChange(window) > lastChange(best) ? window : best));
}

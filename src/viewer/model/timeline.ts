import { EVENT_LANES, type LaneEvent } from '../../shared/session/lane.js';
import { isOwnLane } from '../../shared/session/own-lane.js';
import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import { reportTimeReader } from '../sources/report-time.js';
import type { ReportIndex, ReportSource, SegmentRef, SessionSource } from '../sources/session-source.js';
import { MAX_LINES_PER_SEGMENT, type ItemOfLane, type LineList } from './items.js';
import { mergeSorted } from './merge.js';
import { NetworkLog, type PlacedNetworkEvent } from './network.js';
import { nearestFirst, yieldToPage } from './order-of-work.js';

/** What a person needs first comes first: what went wrong, what was done, then the long lists. */
const LOAD_ORDER: readonly LineList[] = ['error', 'action', 'recorder', 'live', 'own', 'network', 'log'];

/** Listeners hear of news at most this often while lanes are read. */
const NOTIFY_MS = 100;
/** Reading goes on this long before the page gets its turn: half a frame. */
const SLICE_MS = 8;

export interface LaneProgress {
  readonly segments: number;
  readonly loaded: number;
  readonly badLines: number;
  readonly failed: number;
}

export interface SegmentProblem extends ErrorResult {
  readonly segment: SegmentRef;
}

export interface LoadOptions {
  /** The moment that is looked at: its surroundings are read first. */
  readonly aroundMs: number;
  readonly lanes?: readonly LineList[];
  readonly signal?: AbortSignal;
}

type Lists = { [L in LineList]: ItemOfLane[L][] };

/**
 * All items of a report by lane, ascending in time, read segment by segment. The arrays grow in place: `version` tells
 * that they did.
 */
export class Timeline {
  readonly #source: SessionSource;
  readonly #sources: ReadonlyMap<string, ReportSource>;
  readonly #lists: Lists = { log: [], network: [], error: [], action: [], recorder: [], live: [], own: [] };
  readonly #network = new NetworkLog();
  readonly #segments: ReadonlyMap<string, readonly SegmentRef[]>;
  readonly #progress = new Map<LineList, LaneProgress>();
  readonly #settled = new Set<number>();
  readonly #listeners = new Set<() => void>();
  readonly #problems: SegmentProblem[] = [];
  #version = 0;
  #notifiedMs = -Infinity;

  constructor(source: SessionSource, index: ReportIndex) {
    this.#source = source;
    this.#sources = new Map(index.sources.map((one) => [one.key, one]));
    this.#segments = new Map([...index.lanes, ['own', ownSegments(index)]]);
    for (const lane of [...EVENT_LANES, 'own'] as const) {
      const segments = this.#segments.get(lane)?.length ?? 0;
      this.#progress.set(lane, { segments, loaded: 0, badLines: 0, failed: 0 });
    }
  }

  get version(): number {
    return this.#version;
  }
  get problems(): readonly SegmentProblem[] {
    return this.#problems;
  }

  items<L extends LineList>(lane: L): readonly ItemOfLane[L][] {
    return this.#lists[lane];
  }

  progress(lane: LineList): LaneProgress {
    return this.#progress.get(lane) ?? { segments: 0, loaded: 0, badLines: 0, failed: 0 };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads what is not read yet, lane by lane. A segment that cannot be read becomes a problem and costs itself only.
   * Rejects when aborted; may be called again to go on, also around another moment.
   */
  async load(options: LoadOptions): Promise<void> {
    const { signal } = options;
    let sliceStart = performance.now();
    for (const lane of options.lanes ?? LOAD_ORDER) {
      for (const segment of nearestFirst(this.#segments.get(lane) ?? [], options.aroundMs)) {
        if (this.#settled.has(segment.ordinal)) continue;
        await this.#read(lane, segment, signal);
        if (performance.now() - sliceStart > SLICE_MS) {
          await yieldToPage();
          sliceStart = performance.now();
        }
        signal?.throwIfAborted();
      }
      this.#notify(true);
    }
  }

  async #read(lane: LineList, segment: SegmentRef, signal: AbortSignal | undefined): Promise<void> {
    try {
      const { events, badLines } = await this.#source.readEvents(segment, signal);
      if (this.#settled.has(segment.ordinal)) return; // Two loads ran side by side.
      this.#settled.add(segment.ordinal);
      this.#add(segment, events);
      this.#count(lane, { loaded: 1, badLines, failed: 0 });
    } catch (error) {
      signal?.throwIfAborted();
      this.#settled.add(segment.ordinal);
      this.#problems.push({ ...toErrorResult(error), segment });
      this.#count(lane, { loaded: 0, badLines: 0, failed: 1 });
    }
    this.#version += 1;
    this.#notify(false);
  }

  #add(segment: SegmentRef, events: readonly LaneEvent[]): void {
    const source = this.#sources.get(segment.source);
    const toMs = source === undefined ? (monoMs: number) => monoMs : reportTimeReader(source);
    const news: Lists = { log: [], network: [], error: [], action: [], recorder: [], live: [], own: [] };
    const requests: PlacedNetworkEvent[] = [];
    for (const [line, event] of events.entries()) {
      const key = segment.ordinal * MAX_LINES_PER_SEGMENT + line;
      const placed = { key, ms: toMs(event.t), source: segment.source };
      // By the event, not by the entry: an event in an entry of another lane is still what it is.
      switch (event.type) {
        case 'log':
          news.log.push({ ...placed, lane: 'log', event });
          break;
        case 'error':
          news.error.push({ ...placed, lane: 'error', event });
          break;
        case 'action':
          news.action.push({ ...placed, lane: 'action', event });
          break;
        case 'recorder':
          news.recorder.push({ ...placed, lane: 'recorder', event });
          break;
        case 'live':
          news.live.push({ ...placed, lane: 'live', event });
          break;
        case 'network':
          requests.push({ ...placed, event });
          break;
        case 'thumbnail':
          break;
        default:
          news.own.push({ ...placed, lane: 'own', event });
      }
    }
    const { added, replaced } = this.#network.add(requests);
    if (replaced.size > 0) this.#lists.network = this.#lists.network.filter((item) => !replaced.has(item));
    mergeSorted(this.#lists.network, added);
    mergeSorted(this.#lists.log, news.log);
    mergeSorted(this.#lists.error, news.error);
    mergeSorted(this.#lists.action, news.action);
    mergeSorted(this.#lists.recorder, news.recorder);
    mergeSorted(this.#lists.live, news.live);
    mergeSorted(this.#lists.own, news.own);
  }

  #count(lane: LineList, more: Omit<LaneProgress, 'segments'>): void {
    const before = this.progress(lane);
    this.#progress.set(lane, {
      segments: before.segments,
      loaded: before.loaded + more.loaded,
      badLines: before.badLines + more.badLines,
      failed: before.failed + more.failed,
    });
  }

  #notify(always: boolean): void {
    const now = performance.now();
    if (!always && now - this.#notifiedMs < NOTIFY_MS) return;
    this.#notifiedMs = now;
    for (const listener of this.#listeners) listener();
  }
}

/** Of all of the app's own lanes, ascending in their start. */
function ownSegments({ lanes }: ReportIndex): SegmentRef[] {
  const segments = Array.from(lanes, ([lane, list]) => (isOwnLane(lane) ? list : [])).flat();
  return segments.sort((a, b) => a.startMs - b.startMs || a.ordinal - b.ordinal);
}

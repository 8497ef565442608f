import { FluxionError, toErrorResult, type ErrorResult } from '../../shared/errors.js';
import { isOwnLane, type OwnLane } from '../../shared/session/own-lane.js';
import { inactiveStretches, type Stretch } from '../model/activity.js';
import { neighbour } from '../model/at-moment.js';
import { replayWindows, type ReplayWindow } from '../model/chains.js';
import { recordingGaps, type RecordingGap } from '../model/gaps.js';
import type { ErrorItem, ItemOfLane, LineList, LogItem } from '../model/items.js';
import { liveStretches, type LiveStretch } from '../model/live-stretches.js';
import type { Moment } from '../model/moment.js';
import { openingMoment } from '../model/opening-moment.js';
import { Timeline, type LaneProgress, type SegmentProblem } from '../model/timeline.js';
import type { ReportIndex, SessionSource } from '../sources/session-source.js';
import { Playback, type PlaybackOptions } from './playback.svelte.js';
import { sourceNames } from './source-names.js';
import { formatInstant } from '../text/duration.js';
import { formatWallClock } from '../text/when.js';
import { windowSwitches, type WindowSwitch } from './window-switches.js';
import { ViewerContext } from './viewer-context.js';

export interface OpenReportOptions {
  /** What the link that was followed names. */
  readonly moment: Moment | undefined;
  readonly now: PlaybackOptions['now'];
  readonly frames: PlaybackOptions['frames'];
}

/** For components, which do not reach into the sources' room. */
export type ReportIndexView = ReportIndex;

/** At half a million lines, one drawing of timeline and lists takes some 30 ms: every 750 ms is little of a core. */
const NOTE_MS_PER_LINE = 0.0015;

/** All that is read of an open report, and the clock that plays it. */
export interface OpenContents {
  readonly source: SessionSource;
  readonly index: ReportIndex;
  readonly timeline: Timeline;
  readonly windows: readonly ReplayWindow[];
  readonly playback: Playback;
}

/** A report from its opening to its closing, wherever it is read from. */
export class OpenReport {
  readonly #options: OpenReportOptions;
  readonly #closing = new AbortController();
  #source: SessionSource | undefined;
  #contents = $state.raw<OpenContents | undefined>(undefined);
  #error = $state.raw<ErrorResult | undefined>(undefined);
  /** The timeline as far as it is read: a new object each time, since its arrays grow in place. */
  #read = $state.raw<{ readonly timeline: Timeline; readonly version: number } | undefined>(undefined);
  #isLoaded = $state(false);
  #notedMs = -Infinity;

  readonly phase = $derived(this.#contents !== undefined ? 'open' : this.#error !== undefined ? 'failed' : 'opening');
  /** Errors of the error lane, and log lines of level error: what a technician jumps between. */
  readonly faults: readonly (ErrorItem | LogItem)[] = $derived.by(() => this.#findFaults());
  readonly gaps: readonly RecordingGap[] = $derived(
    recordingGaps(this.items('recorder'), this.#contents?.index.endMs ?? 0),
  );

  /** Where a live session was, as far as it was recorded. */
  readonly liveStretches: readonly LiveStretch[] = $derived(liveStretches(this.items('live')));
  /** Lanes of the app's own, by name. */
  readonly ownLanes: readonly OwnLane[] = $derived(
    [...(this.#contents?.index.lanes.keys() ?? [])].filter(isOwnLane).sort(),
  );
  /** Where people turned to another window of the app. */
  readonly windowSwitches: readonly WindowSwitch[] = $derived(
    windowSwitches(this.#contents?.windows ?? [], this.items('action')),
  );
  /** By `ReportSource.key`. */
  readonly sourceNames = $derived(sourceNames(this.#contents?.index ?? { sources: [] }));

  constructor(options: OpenReportOptions) {
    this.#options = options;
  }

  get moment(): Moment | undefined {
    return this.#options.moment;
  }
  get contents(): OpenContents | undefined {
    return this.#contents;
  }
  /** Why nothing of it can be shown. */
  get error(): ErrorResult | undefined {
    return this.#error;
  }
  /** Entries of the lanes that could not be read. */
  get segmentProblems(): readonly SegmentProblem[] {
    return this.#read?.timeline.problems ?? [];
  }
  /** Something is missing for want of a connection or a sign-in: opening it again may bring it. */
  get isIncomplete(): boolean {
    return this.segmentProblems.some(({ code }) => code === 'offline' || code === 'signed-out');
  }
  /** Goes up whenever more lines were read; the arrays of `items` grow in place. */
  get version(): number {
    return this.#read?.version ?? 0;
  }
  /** All lanes were read. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Aborted when the report is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Called once. Reads the lists of contents; `loadLines` comes after it, when the first frame is shown. */
  async open(source: SessionSource): Promise<void> {
    const { signal } = this.#closing;
    this.#source = source;
    try {
      const index = await source.open(signal);
      signal.throwIfAborted();
      const { startMs, endMs } = index;
      const windows = replayWindows(index);
      const playback = new Playback({
        startMs,
        endMs,
        atMs: this.#options.moment?.ms ?? openingMoment(index, windows),
        now: this.#options.now,
        frames: this.#options.frames,
      });
      const timeline = new Timeline(source, index);
      timeline.onChange(() => {
        this.#note(timeline);
      });
      this.#contents = { source, index, timeline, windows, playback };
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error instanceof FluxionError ? { code: error.code, message: error.message } : toErrorResult(error);
    }
  }

  /** Reads the lines of all lanes, those around the playhead first. Resolves when all are read or the report is closed. */
  async loadLines(): Promise<void> {
    const contents = this.#contents;
    if (contents === undefined) return;
    const { signal } = this.#closing;
    try {
      await contents.timeline.load({ aroundMs: contents.playback.ms, signal });
      this.#read = { timeline: contents.timeline, version: contents.timeline.version };
      this.#isLoaded = true;
      contents.playback.clock.setInactive(this.#inactive(contents));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  items<L extends LineList>(lane: L): readonly ItemOfLane[L][] {
    return this.#read?.timeline.items(lane) ?? [];
  }

  progress(lane: LineList): LaneProgress {
    const timeline = this.#read?.timeline ?? this.#contents?.timeline;
    return timeline?.progress(lane) ?? { segments: 0, loaded: 0, badLines: 0, failed: 0 };
  }

  /** A moment on both clocks: `1:05.250, 14:03:21`. */
  describeMoment(ms: number): string {
    const index = this.#contents?.index;
    if (index === undefined) return '';
    return `${formatInstant(ms - index.startMs)}, ${formatWallClock(index.wallStartMs + ms)}`;
  }

  seekFault(direction: 1 | -1): ErrorItem | LogItem | undefined {
    const playback = this.#contents?.playback;
    if (playback === undefined) return undefined;
    const fault = neighbour(this.faults, playback.ms, direction);
    if (fault !== undefined) playback.seek(fault.ms);
    return fault;
  }

  close(): void {
    this.#closing.abort();
    this.#contents?.playback.dispose();
    this.#source?.close();
  }

  /** What is drawn of a lane costs by its length: the longer it is, the less often. */
  #note(timeline: Timeline): void {
    const now = this.#options.now();
    const lines = timeline.items('log').length + timeline.items('network').length;
    if (now - this.#notedMs < lines * NOTE_MS_PER_LINE) return;
    this.#notedMs = now;
    this.#read = { timeline, version: timeline.version };
  }

  #findFaults(): readonly (ErrorItem | LogItem)[] {
    const logged = this.items('log').filter((item) => item.event.level === 'error');
    return [...this.items('error'), ...logged].sort((a, b) => a.ms - b.ms || a.key - b.key);
  }

  #inactive({ index, timeline, windows }: OpenContents): Stretch[] {
    const active = [...timeline.items('action'), ...this.faults].map((item) => item.ms);
    // Without the action lane, what moved in the windows is all there is to go by.
    const shown = timeline.items('action').length > 0 ? [] : windows.flatMap((window) => window.chains);
    return inactiveStretches([...active, ...shown], index);
  }
}

export const openReportContext = new ViewerContext<OpenReport>('report');

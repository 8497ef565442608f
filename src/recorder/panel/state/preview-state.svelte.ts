import type { Attachment } from 'svelte/attachments';
import { toErrorResult, type ErrorResult } from '../../../shared/errors.js';
import type { LineList } from '../../../viewer/replay.js';
import type * as Replay from '../../../viewer/replay.js';
import { formatCount } from '../measures.js';
import { openDraftBytes } from './draft-bytes.js';
import type { DraftFile } from './draft-file.js';
import type { SelectionState } from './selection-state.svelte.js';

export type PreviewStep =
  | { readonly name: 'closed' }
  | { readonly name: 'opening' }
  | { readonly name: 'open'; readonly preview: Replay.Preview }
  | { readonly name: 'failed'; readonly error: ErrorResult }
  /** It was open, and then something else was chosen to be sent. */
  | { readonly name: 'stale' };

export type PreviewLine = ReturnType<Replay.Preview['timeline']['items']>[number];

export interface PreviewWindow {
  readonly key: string;
  readonly title: string;
}

const STALE: PreviewStep = { name: 'stale' };

/**
 * The first look is so long after a window began: of the host process alone there is nothing to see, and of a window's
 * first moments only an empty page.
 */
const FIRST_LOOK_MS = 1000;

/** Where the build puts the replay's document, on the panel's own origin: the same place in the sources and in the output. */
const REPLAY_DOCUMENT = '/src/viewer/replay.html';

/** The replay of a draft: what `viewer/replay.ts` knows, made reactive. It is loaded when it is first asked for. */
export class PreviewState {
  #step = $state.raw<PreviewStep>({ name: 'closed' });
  /** `SelectionState.key` of what is or was open. */
  #choice = $state.raw<string>();
  #ms = $state(0);
  #isPlaying = $state(false);
  #speed = $state.raw<Replay.Speed>(1);
  #skipsQuiet = $state(false);
  #shown = $state.raw<Replay.ReplayState>({ kind: 'loading' });
  /** Wrapped anew whenever lines were read: the timeline's own lists grow in place. */
  #read = $state.raw<{ readonly timeline: Replay.Preview['timeline'] }>();
  #window = $state.raw<string>();
  #showsVideo = $state(false);
  #video = $state.raw<Replay.ScreenShown>({ kind: 'loading' });

  readonly #file: DraftFile;
  readonly #selection: SelectionState;
  readonly #load: () => Promise<Pick<typeof Replay, 'openPreview'>>;

  constructor(
    file: DraftFile,
    selection: SelectionState,
    load: () => Promise<Pick<typeof Replay, 'openPreview'>> = () => import('../../../viewer/replay.js'),
  ) {
    this.#file = file;
    this.#selection = selection;
    this.#load = load;
  }

  readonly windows: readonly PreviewWindow[] = $derived(
    this.#step.name === 'open' ? windowsOf(this.#step.preview.index) : [],
  );

  get step(): PreviewStep {
    return this.#choice === undefined || this.#choice === this.#selection.key ? this.#step : STALE;
  }
  get ms(): number {
    return this.#ms;
  }
  get isPlaying(): boolean {
    return this.#isPlaying;
  }
  get speed(): Replay.Speed {
    return this.#speed;
  }
  get skipsQuiet(): boolean {
    return this.#skipsQuiet;
  }
  get shown(): Replay.ReplayState {
    return this.#shown;
  }
  readonly hasVideo: boolean = $derived(this.#step.name === 'open' && this.#step.preview.hasVideo);
  /** The video in place of the page; by itself where there is no page. */
  get showsVideo(): boolean {
    return this.hasVideo && (this.#showsVideo || this.#shown.kind === 'empty');
  }
  get video(): Replay.ScreenShown {
    return this.#video;
  }
  /** `PreviewWindow.key`; undefined: the one that was in use at each moment. */
  get window(): string | undefined {
    return this.#window;
  }

  show(): void {
    this.#choice = this.#selection.key;
    this.#step = { name: 'opening' };
  }

  hide(): void {
    this.#choice = undefined;
    this.#step = { name: 'closed' };
  }

  /** For the element that the replay fills: opens when it is there, and ends all of it when it goes. */
  readonly surface: Attachment<HTMLElement> = (target) => {
    const gone = new AbortController();
    void this.#open(target, gone);
    return () => {
      if (gone.signal.aborted) return; // It failed, and that is to be seen.
      gone.abort();
      this.#read = undefined;
      this.#step = { name: 'closed' };
    };
  };

  toggle(): void {
    this.#opened?.clock.toggle();
  }

  seek(ms: number): void {
    this.#opened?.clock.seek(ms);
  }

  setSpeed(speed: Replay.Speed): void {
    this.#opened?.clock.setSpeed(speed);
  }

  setSkipsQuiet(skips: boolean): void {
    this.#opened?.clock.setSkipInactive(skips);
  }

  /** Goes to where there is video, if there is none of this moment. */
  showVideo(shows: boolean): void {
    this.#showsVideo = shows;
    const preview = this.#opened;
    if (shows && preview !== undefined) preview.clock.seek(preview.videoFrom(preview.clock.ms));
  }

  /** For the element that the video is played in. */
  readonly screen: Attachment<HTMLVideoElement> = (video) => {
    const preview = this.#opened;
    if (preview === undefined) return;
    this.#video = { kind: 'loading' };
    return preview.playVideo(video, (shown) => {
      this.#video = shown;
    });
  };

  selectWindow(key: string | undefined): void {
    this.#window = key;
    this.#opened?.director.selectWindow(key);
  }

  /** The lines of a lane that have been read so far, ascending. */
  lines(lane: LineList): readonly PreviewLine[] {
    return this.#read?.timeline.items(lane) ?? [];
  }

  progress(lane: LineList): ReturnType<Replay.Preview['timeline']['progress']> | undefined {
    return this.#read?.timeline.progress(lane);
  }

  /** Reads a lane to its end; what cannot be read is counted in its progress. */
  async readLines(lane: LineList, signal: AbortSignal): Promise<void> {
    const preview = this.#opened;
    if (preview === undefined) return;
    try {
      await preview.timeline.load({ aroundMs: preview.index.startMs, lanes: [lane], signal });
    } catch {
      // Hidden before it was read: nobody looks at it any more.
    }
  }

  get #opened(): Replay.Preview | undefined {
    return this.#step.name === 'open' ? this.#step.preview : undefined;
  }

  async #open(target: HTMLElement, gone: AbortController): Promise<void> {
    const { signal } = gone;
    try {
      const [{ openPreview }, bytes] = await Promise.all([this.#load(), openDraftBytes(this.#file, signal)]);
      signal.throwIfAborted();
      const preview = await openPreview({ target, documentUrl: REPLAY_DOCUMENT, bytes, signal });
      if (signal.aborted) preview.dispose();
      else this.#follow(preview, signal);
    } catch (error) {
      if (signal.aborted) return;
      gone.abort();
      this.#step = { name: 'failed', error: toErrorResult(error) };
    }
  }

  #follow(preview: Replay.Preview, signal: AbortSignal): void {
    const { clock, director, timeline } = preview;
    const readClock = (): void => {
      this.#ms = clock.ms;
      this.#isPlaying = clock.playing;
      this.#speed = clock.speed;
      this.#skipsQuiet = clock.skipInactive;
    };
    const readDirector = (): void => {
      this.#shown = director.state;
    };
    const stops = [
      clock.onChange(readClock),
      director.onChange(readDirector),
      timeline.onChange(() => {
        this.#read = { timeline };
      }),
    ];
    signal.addEventListener('abort', () => {
      for (const stop of stops) stop();
      preview.dispose();
    });
    const { lanes } = preview.index;
    const firstMs = lanes.get('dom')?.[0]?.startMs ?? lanes.get('screen')?.[0]?.startMs;
    if (firstMs !== undefined) clock.seek(firstMs + FIRST_LOOK_MS);
    this.#window = undefined;
    this.#showsVideo = false;
    this.#read = { timeline };
    this.#step = { name: 'open', preview };
    readClock();
    readDirector();
  }
}

/** Each window once, under the newest title that it had. */
function windowsOf({ sources }: Replay.Preview['index']): PreviewWindow[] {
  const documents = sources.filter(({ kind }) => kind === 'window');
  const keyOf = ({ key, window }: (typeof documents)[number]): string => window ?? key;
  return documents
    .filter((one, n) => documents.findIndex((other) => keyOf(other) === keyOf(one)) === n)
    .map((one, n) => {
      const key = keyOf(one);
      const newest = documents.findLast((other) => keyOf(other) === key && (other.title ?? '') !== '');
      return { key, title: newest?.title ?? formatCount(n + 1) };
    });
}

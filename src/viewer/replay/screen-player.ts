import { FluxionError, toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { PlaybackClock } from '../model/playback-clock.js';
import { nextScreenFile, screenFileAt, type ScreenFile } from '../model/screen.js';
import type { SessionSource } from '../sources/session-source.js';

/**
 * `loading`: the picture is not that of this moment yet. `gap`: there is no video of it; where there is one next. `failed`: of
 * this moment's file only.
 */
export type ScreenShown =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown' }
  | { readonly kind: 'gap'; readonly nextMs: number | undefined }
  | { readonly kind: 'failed'; readonly error: ErrorResult };

export interface ScreenPlayerOptions {
  readonly video: HTMLVideoElement;
  readonly clock: PlaybackClock;
  readonly source: Pick<SessionSource, 'readChain'>;
  readonly files: readonly ScreenFile[];
  readonly onChange: (shown: ScreenShown) => void;
}

/** While it plays a difference below this is no reason to jump: a browser's own clock is as good as ours. */
const DRIFT_S = 0.25;
/** Standing still, a frame at five a second is met by this. */
const STILL_S = 0.02;
/** Files that are kept: the one before, this one, the next one. */
const KEPT_FILES = 3;
/** The next file is fetched this long (in report time) before it is needed. */
const AHEAD_MS = 5000;

class ScreenFileError extends FluxionError {}

/** Keeps a video element at the playback clock's moment, file by file. */
export class ScreenPlayer {
  readonly #options: ScreenPlayerOptions;
  readonly #closing = new AbortController();
  /** Blob URLs by the ordinal of their segment, the one used last at the end. */
  readonly #urls = new Map<number, Promise<string>>();
  readonly #stops: (() => void)[] = [];
  #window: string | undefined;
  #file: ScreenFile | undefined;
  #shown: ScreenShown = { kind: 'loading' };

  constructor(options: ScreenPlayerOptions) {
    this.#options = options;
    const { video, clock } = options;
    const follow = (): void => {
      this.#update();
    };
    this.#stops.push(clock.onChange(follow));
    for (const type of ['loadeddata', 'seeked', 'canplay', 'ended'] as const) {
      video.addEventListener(type, follow);
      this.#stops.push(() => {
        video.removeEventListener(type, follow);
      });
    }
    const onError = (): void => {
      if (this.#file === undefined || !video.hasAttribute('src')) return;
      this.#fail(new ScreenFileError('screen-unplayable', 'This part of the video cannot be played.'));
    };
    video.addEventListener('error', onError);
    this.#stops.push(() => {
      video.removeEventListener('error', onError);
    });
    this.#update();
  }

  /** `ReplayWindow.key` of the window that is looked at: its video is shown, if it has one. */
  lookAt(window: string | undefined): void {
    this.#window = window;
    this.#update();
  }

  #update(): void {
    const { clock, files, video } = this.#options;
    const file = screenFileAt(files, clock.ms, this.#window);
    if (file === undefined) {
      this.#leave();
      this.#set({ kind: 'gap', nextMs: nextScreenFile(files, clock.ms)?.startMs });
      return;
    }
    if (file !== this.#file) {
      void this.#enter(file);
      return;
    }
    if (this.#shown.kind === 'failed' || video.readyState < HTMLMediaElement.HAVE_METADATA) return;
    this.#follow(file);
    if (file.untilMs - clock.ms < AHEAD_MS) this.#readAhead(file);
  }

  dispose(): void {
    this.#closing.abort();
    for (const stop of this.#stops) stop();
    this.#leave();
    for (const url of this.#urls.values()) revoke(url);
    this.#urls.clear();
  }

  #follow(file: ScreenFile): void {
    const { clock, video } = this.#options;
    // A file that was never finished does not know its length; what lies behind its end is its last frame.
    const endS = Number.isFinite(video.duration) ? Math.max(0, video.duration - 0.001) : Infinity;
    const targetS = Math.min(endS, Math.max(0, (clock.ms - file.startMs) / 1000));
    const isRunning = clock.running && targetS < endS && !video.ended;
    if (isRunning) {
      if (video.playbackRate !== clock.speed) video.playbackRate = clock.speed;
      if (video.paused) video.play().catch(() => undefined); // It is paused again before it began: nothing to be done.
    } else if (!video.paused) {
      video.pause();
    }
    const awayS = Math.abs(video.currentTime - targetS);
    if (!video.seeking && awayS > (isRunning ? DRIFT_S * clock.speed : STILL_S)) video.currentTime = targetS;
    const isThere = !video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    this.#set(isThere ? { kind: 'shown' } : { kind: 'loading' });
  }

  async #enter(file: ScreenFile): Promise<void> {
    const { video } = this.#options;
    this.#leave();
    this.#file = file;
    this.#set({ kind: 'loading' });
    try {
      const url = await this.#url(file);
      if (this.#file !== file || this.#closing.signal.aborted) return;
      video.src = url;
      this.#update();
    } catch (error) {
      if (this.#file === file) this.#fail(error);
    }
  }

  #leave(): void {
    const { video } = this.#options;
    this.#file = undefined;
    if (!video.hasAttribute('src')) return;
    video.pause();
    video.removeAttribute('src');
    video.load();
  }

  #fail(reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#set({ kind: 'failed', error: toErrorResult(reason) });
  }

  #url(file: ScreenFile): Promise<string> {
    const key = file.segment.ordinal;
    const url = this.#urls.get(key) ?? this.#read(file);
    this.#urls.delete(key);
    this.#urls.set(key, url);
    for (const [old, oldUrl] of this.#urls) {
      if (this.#urls.size <= KEPT_FILES) break;
      this.#urls.delete(old);
      revoke(oldUrl);
    }
    // Tried again when it is wanted again.
    url.catch(() => this.#urls.delete(key));
    return url;
  }

  async #read({ segment }: ScreenFile): Promise<string> {
    const { chunks, problems } = await this.#options.source.readChain([segment], this.#closing.signal);
    const [problem] = problems;
    if (problem !== undefined) throw new ScreenFileError(problem.code, problem.message);
    return URL.createObjectURL(new Blob(chunks as Uint8Array<ArrayBuffer>[], { type: 'video/webm' }));
  }

  #readAhead(file: ScreenFile): void {
    const next = nextScreenFile(this.#options.files, file.startMs);
    if (next !== undefined && !this.#urls.has(next.segment.ordinal)) this.#url(next).catch(() => undefined);
  }

  #set(shown: ScreenShown): void {
    const before = this.#shown;
    if (before.kind === shown.kind && shown.kind !== 'gap' && shown.kind !== 'failed') return;
    if (before.kind === 'gap' && shown.kind === 'gap' && before.nextMs === shown.nextMs) return;
    this.#shown = shown;
    this.#options.onChange(shown);
  }
}

function revoke(url: Promise<string>): void {
  url.then(
    (made) => {
      URL.revokeObjectURL(made);
    },
    () => undefined, // Nothing was made.
  );
}

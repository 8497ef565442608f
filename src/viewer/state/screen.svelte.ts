import { untrack } from 'svelte';
import { Film, pictureAt, type FilmPicture } from '../model/film.js';
import { screenFiles } from '../model/screen.js';
import { ScreenPlayer, type ScreenShown } from '../replay/screen-player.js';
import type { OpenContents, OpenReport } from './open-report.svelte.js';
import type { Replay } from './replay.svelte.js';

/** `page`: the replay alone. `beside`: next to it. `over`: laid over it, to be seen through. `video`: the video alone. */
export const SCREEN_VIEWS = ['page', 'beside', 'over', 'video'] as const;
export type ScreenView = (typeof SCREEN_VIEWS)[number];

/** The video of the screen, and its film strip, as components see them. */
export class Screen {
  readonly #report: OpenReport;
  readonly #replay: Replay;
  #chosen = $state<ScreenView | undefined>(undefined);
  #opacity = $state(0.5);
  #shown = $state.raw<ScreenShown>({ kind: 'loading' });
  /** Wrapped anew whenever pictures were read: the film's own list grows in place. */
  #read = $state.raw<{ readonly film: Film }>();

  readonly hasVideo = $derived.by(() => (this.#report.contents?.index.lanes.get('screen')?.length ?? 0) > 0);
  readonly hasFilm = $derived.by(() => (this.#report.contents?.index.lanes.get('thumbnail')?.length ?? 0) > 0);
  readonly view: ScreenView = $derived.by(() => {
    if (!this.hasVideo) return 'page';
    return this.#chosen ?? (this.#report.contents?.windows.length === 0 ? 'video' : 'page');
  });
  /** What was to be seen at the playhead, small: it is there before anything else is. */
  readonly pictureNow: FilmPicture | undefined = $derived.by(() =>
    pictureAt(this.pictures, this.#report.contents?.playback.ms ?? 0),
  );

  constructor(report: OpenReport, replay: Replay) {
    this.#report = report;
    this.#replay = replay;
  }

  /** How much of the video is seen where it lies over the page, 0 to 1. */
  get opacity(): number {
    return this.#opacity;
  }
  set opacity(share: number) {
    this.#opacity = Math.min(1, Math.max(0, share));
  }
  get shown(): ScreenShown {
    return this.#shown;
  }
  /** Ascending in time. */
  get pictures(): readonly FilmPicture[] {
    return this.#read?.film.pictures ?? [];
  }

  choose(view: ScreenView): void {
    this.#chosen = view;
  }

  /** The next of the views. */
  turn(): void {
    if (!this.hasVideo) return;
    this.#chosen = SCREEN_VIEWS[(SCREEN_VIEWS.indexOf(this.view) + 1) % SCREEN_VIEWS.length] ?? 'page';
  }

  /** What was to be seen at a moment, small. */
  pictureAt(ms: number): FilmPicture | undefined {
    return pictureAt(this.pictures, ms);
  }

  /** Reads the film strip. Resolves when all of it is read or the report is closed. */
  async loadFilm(): Promise<void> {
    const { contents, closed } = this.#report;
    if (contents === undefined || this.#read !== undefined) return;
    const film = new Film(contents.source, contents.index);
    this.#read = { film };
    const onMore = (): void => {
      this.#read = { film };
    };
    await film.load(contents.playback.ms, onMore, closed).catch((error: unknown) => {
      if (!closed.aborted) throw error;
    });
  }

  /** An attachment: keeps a video element at the playhead. */
  readonly mount = (video: HTMLVideoElement): (() => void) => {
    return $effect.root(() => {
      $effect(() => {
        const { contents } = this.#report;
        if (contents !== undefined) return untrack(() => this.#play(video, contents));
      });
    });
  };

  #play(video: HTMLVideoElement, { source, index, playback }: OpenContents): () => void {
    const player = new ScreenPlayer({
      video,
      clock: playback.clock,
      source,
      files: screenFiles(index),
      onChange: (shown) => {
        this.#shown = shown;
      },
    });
    $effect(() => {
      const window = this.#replay.window?.key;
      untrack(() => {
        player.lookAt(window);
      });
    });
    return () => {
      player.dispose();
    };
  }
}

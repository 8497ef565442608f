import { untrack } from 'svelte';
import { ReplayDirector, type ReplayState } from '../replay/director.js';
import { ReplaySurface } from '../replay/surface.js';
import type { ReplayWindow } from '../model/chains.js';
import type { OpenContents, OpenReport } from './open-report.svelte.js';

export type { ReplayState };

/** The recorded page on the screen, as components see it. */
export class Replay {
  readonly #report: OpenReport;
  readonly #replayUrl: string;
  #director: ReplayDirector | undefined;
  #state = $state.raw<ReplayState>({ kind: 'loading' });
  #window = $state.raw<ReplayWindow | undefined>(undefined);
  #isAutomatic = $state(true);
  #hasSettled = $state(false);
  /** Mounted already, in a place that it moves away from. */
  #ahead: { readonly surface: ReplaySurface; readonly unmount: () => void } | undefined;

  constructor(report: OpenReport, replayUrl: string) {
    this.#report = report;
    this.#replayUrl = replayUrl;
  }

  get state(): ReplayState {
    return this.#state;
  }
  /** The window that is looked at. */
  get window(): ReplayWindow | undefined {
    return this.#window;
  }
  /** The window changes by itself to the one that people were busy with. */
  get isAutomatic(): boolean {
    return this.#isAutomatic;
  }
  /** The first frame is shown, or it is known why there is none: everything else may be loaded now. */
  get hasSettled(): boolean {
    return this.#hasSettled;
  }

  /** An attachment: fills an element with the replay. Its document is fetched while the report is still being opened. */
  readonly mount = (target: HTMLElement): (() => void) => {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) {
      ahead.surface.moveTo(target);
      return ahead.unmount;
    }
    return this.#mount(target).unmount;
  };

  /** Fills an element before there are components; the first `mount` moves it from there. Answers how to end it without. */
  mountAhead(place: HTMLElement): () => void {
    const ahead = this.#mount(place);
    this.#ahead = ahead;
    return () => {
      if (this.#ahead === ahead) ahead.unmount();
    };
  }

  #mount(target: HTMLElement): { surface: ReplaySurface; unmount: () => void } {
    const frame = takeLoadedFrame(target.ownerDocument);
    const surface = new ReplaySurface({
      target,
      documentUrl: this.#replayUrl,
      ...(frame === undefined ? {} : { frame }),
    });
    const stop = $effect.root(() => {
      $effect(() => {
        const contents = this.#report.contents;
        if (contents !== undefined) return untrack(() => this.#direct(surface, contents));
      });
    });
    const unmount = (): void => {
      stop();
      surface.dispose();
    };
    return { surface, unmount };
  }

  selectWindow(key: string | undefined): void {
    this.#director?.selectWindow(key);
    this.#read();
  }

  retry(): void {
    this.#director?.retry();
  }

  #direct(surface: ReplaySurface, contents: OpenContents): () => void {
    const director = new ReplayDirector({
      surface,
      source: contents.source,
      windows: contents.windows,
      clock: contents.playback.clock,
      actions: () => contents.timeline.items('action'),
    });
    this.#director = director;
    const named = this.#report.moment?.window;
    if (named !== undefined && contents.windows.some((window) => window.key === named)) director.selectWindow(named);
    director.onChange(() => {
      this.#read();
    });
    // It may know at once that there is nothing to show.
    this.#read();
    return () => {
      this.#director = undefined;
      director.dispose();
    };
  }

  #read(): void {
    const director = this.#director;
    if (director === undefined) return;
    this.#state = director.state;
    this.#window = director.window;
    this.#isAutomatic = director.isAutomatic;
    if (director.state.kind !== 'loading') this.#hasSettled = true;
  }
}

/** The frame that index.html has loaded already; the first replay takes it, and it goes with that one. */
function takeLoadedFrame(document: Document): HTMLIFrameElement | undefined {
  const frame = document.querySelector<HTMLIFrameElement>('iframe#replay-document');
  if (frame === null) return undefined;
  frame.removeAttribute('id');
  frame.hidden = false;
  return frame;
}

import { listen, type Guard } from '../../page.js';
import type { Viewport } from './area-report.js';

/** What the window shows of the page. Asking the page for it may make it lay itself out, so it is asked when that may have changed. */
export class ViewportWatch {
  readonly #stops: (() => void)[];
  #known: Viewport | undefined;

  constructor(guard: Guard) {
    const forget = guard(() => {
      this.forget();
    });
    // They come before the first frame that shows the change.
    this.#stops = [listen(window, 'resize', forget)];
    const visual = window.visualViewport;
    if (visual !== null) for (const type of ['resize', 'scroll']) this.#stops.push(listen(visual, type, forget));
  }

  get current(): Viewport {
    return (this.#known ??= read());
  }

  forget(): void {
    this.#known = undefined;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

function read(): Viewport {
  const visual = window.visualViewport;
  return {
    width: innerWidth,
    height: innerHeight,
    left: visual?.offsetLeft ?? 0,
    top: visual?.offsetTop ?? 0,
    scale: visual?.scale ?? 1,
  };
}

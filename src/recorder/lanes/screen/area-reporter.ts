import type { MaskedAreas } from '../../masking/masked-areas.js';
import { listen, now, type Guard } from '../../page.js';
import { areSameAreas, type AreaReport } from './area-report.js';
import { MAX_GAP_MS } from './hull.js';
import { ViewportWatch } from './viewport-watch.js';

/** Screens of more than 60 frames a second need no more reports than that. */
const MIN_INTERVAL_MS = 14;
const FRAME_MS = 16;
/** Measuring takes this share of the page's thread at most ... */
const COST_SHARE = 0.05;
/** ... but reports never come so seldom that frames could not be masked by them. */
const MAX_INTERVAL_MS = MAX_GAP_MS / 2;

/**
 * While nothing has moved for so long, reports come at MAX_INTERVAL_MS and between frames: what begins to move then is between two of
 * them, and a frame that nobody asks for is one that a still page need not draw.
 */
const QUIET_MS = 500;

/** Reports that somebody waits for come no closer to each other: of two that are closer speeds cannot be told. */
const MIN_SOON_MS = 5;

/** What moves the page without its thread. It hears of it afterwards, before the next frame. */
const MOVING_EVENTS = ['wheel', 'touchmove', 'scroll', 'scrollend', 'pointermove'] as const;

/** Says where what is masked is: before every frame that the page draws while anything moves, otherwise every 50 ms. */
export class AreaReporter {
  readonly #areas: MaskedAreas;
  readonly #viewport: ViewportWatch;
  readonly #post: (report: AreaReport) => void;
  readonly #stops: (() => void)[] = [];
  #last: AreaReport | undefined;
  #costMs = 0;
  #movedMs: number;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasMoved = false;
  #isStopped = false;
  readonly #reportAndGoOn: () => void;
  readonly #askForFrame = (): void => {
    this.#timer = undefined;
    this.#frame = requestAnimationFrame(this.#reportAndGoOn);
  };

  constructor(areas: MaskedAreas, guard: Guard, post: (report: AreaReport) => void) {
    this.#areas = areas;
    this.#viewport = new ViewportWatch(guard);
    this.#post = post;
    const note = guard((event: Event) => {
      // A pointer that is pressed may drag a scroll bar, which the page is not asked for.
      if (event.type === 'pointermove' && (event as PointerEvent).buttons === 0) return;
      this.#hasMoved = true;
      this.#wake();
    });
    for (const type of MOVING_EVENTS) this.#stops.push(listen(window, type, note));
    this.#movedMs = now();
    const report = guard((minMs: number) => {
      this.#report(minMs);
    });
    this.#reportAndGoOn = () => {
      // A timer was set for the time at which it is wanted.
      const isTimed = this.#timer !== undefined;
      this.#timer = undefined;
      report(isTimed ? 0 : MIN_INTERVAL_MS);
      this.#goOn();
    };
    this.#goOn();
  }

  stop(): void {
    this.#isStopped = true;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    this.#areas.stop();
    this.#viewport.stop();
  }

  /** A frame waits for a report. It comes with the next frame of the page, or at once where that is not waited for. */
  reportSoon(): void {
    if (this.#timer === undefined || this.#isStopped) return;
    const restMs = Math.min(MAX_INTERVAL_MS, Math.max(MIN_SOON_MS, this.#costMs / COST_SHARE));
    const waitMs = (this.#last?.t ?? -Infinity) + restMs - now();
    clearTimeout(this.#timer);
    if (waitMs > 0) this.#timer = setTimeout(this.#reportAndGoOn, waitMs);
    else this.#reportAndGoOn();
  }

  /** Something moves: the next report comes with the next frame. */
  #wake(): void {
    this.#movedMs = now();
    if (this.#timer === undefined || this.#costMs > COST_SHARE * FRAME_MS) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#askForFrame();
  }

  #goOn(): void {
    if (this.#isStopped) return;
    // Of a hidden page nothing is to be said: it is not shown, and its frames come when it is.
    if (now() - this.#movedMs >= QUIET_MS && !document.hidden) {
      this.#timer = setTimeout(this.#reportAndGoOn, MAX_INTERVAL_MS);
      return;
    }
    const restMs = Math.min(MAX_INTERVAL_MS, this.#costMs / COST_SHARE);
    // A frame comes 16 ms after it was asked for, more or less.
    if (restMs <= FRAME_MS) this.#askForFrame();
    else this.#timer = setTimeout(this.#askForFrame, restMs - FRAME_MS);
  }

  #report(minMs: number): void {
    const before = this.#last;
    const begun = now();
    if (before !== undefined && begun - before.t < minMs) return;
    const measured = this.#areas.measure(begun);
    const t = now();
    const mayHaveMoved = this.#hasMoved || (before !== undefined && t - before.t > MAX_GAP_MS && isAnimated());
    // One array for what stays the same: a still page costs its worker nothing.
    const areas = before !== undefined && areSameAreas(before.areas, measured) ? before.areas : measured;
    if (before === undefined || areas !== before.areas || this.#hasMoved) this.#movedMs = begun;
    if (this.#hasMoved) this.#viewport.forget();
    this.#hasMoved = false;
    this.#last = { t: begun, mayHaveMoved, viewport: this.#viewport.current, areas };
    this.#post(this.#last);
    this.#costMs = 0.9 * this.#costMs + 0.1 * (t - begun);
  }
}

/** Animations that the compositor runs go on while the page's thread is blocked. */
function isAnimated(): boolean {
  return document.getAnimations().some(({ playState }) => playState === 'running');
}

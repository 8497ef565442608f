// Against clickjacking. The panel is a frame on a page that may be hostile: the page cannot press the panel's buttons or
// read it, but it could cover the frame, make it transparent or shrink it, and so trick a person into pressing Send.
//
// A guarded button therefore acts only
// 1. for an event that the browser itself made for a person's press (`isTrusted`; the page has no way to make one here),
// 2. when the button, together with the sentence that says what it does, has been really visible, without a break, for VISIBLE_MS up to the press.
//
// "Really visible" is what Intersection Observer v2 says with `trackVisibility`: in full view, not covered by anything of
// this document or of the pages around it, and no opacity, filter or distorting transform on it or on any frame around
// it. Chromium implements it (W3C Intersection Observer, section on visibility tracking). It errs on the side of
// "not visible": whoever embeds the panel puts no such effect on its frame.
//
// Where it is not implemented (Firefox, Safari) only "in full view of all its scrolling ancestors and frames, in a visible
// document" can be known. There the web host's `frame-ancestors`, which lets no page but the app's own embed the panel,
// is what remains against a covered frame.

/** How long a button must have been visible before it may act: long enough that it was not slipped under a running click. */
export const VISIBLE_MS = 500;
/** The specification's minimum for `trackVisibility`: how often visibility is computed, at most. */
const OBSERVE_DELAY_MS = 100;
/** Not 1: on fractional device pixels a whole element reports 0.99. */
const WHOLE = 0.98;

export type Verdict = 'allowed' | 'too-soon' | 'hidden' | 'not-trusted';

/** `trackVisibility`, `delay` and `isVisible` are not in TypeScript's DOM library, for want of a second browser. */
interface VisibilityInit extends IntersectionObserverInit {
  trackVisibility: boolean;
  delay: number;
}
type VisibilityEntry = Pick<IntersectionObserverEntry, 'intersectionRatio'> & { readonly isVisible?: boolean };

/** What the observer's entries say over time: kept apart from the browser so that it can be tested with a clock of one's own. */
export class VisibilityRecord {
  /** When the present stretch of visibility began; undefined while not visible. */
  #sinceMs: number | undefined;

  note(entry: VisibilityEntry, nowMs: number): void {
    const visible = entry.intersectionRatio >= WHOLE && entry.isVisible !== false;
    this.#sinceMs = visible ? (this.#sinceMs ?? nowMs) : undefined;
  }

  /** The stretch begins anew, for a reason that the observer does not see: the window was hidden, the frame resized. */
  restart(nowMs: number): void {
    if (this.#sinceMs !== undefined) this.#sinceMs = nowMs;
  }

  verdict(event: Pick<Event, 'isTrusted'>, nowMs: number): Verdict {
    if (!event.isTrusted) return 'not-trusted';
    if (this.#sinceMs === undefined) return 'hidden';
    return nowMs - this.#sinceMs >= VISIBLE_MS ? 'allowed' : 'too-soon';
  }
}

/** Watches one element from now until `dispose`. */
export class VisibilityGuard {
  readonly #record = new VisibilityRecord();
  readonly #observer: IntersectionObserver;
  readonly #stopped = new AbortController();

  constructor(element: Element) {
    const tracks = 'isVisible' in IntersectionObserverEntry.prototype;
    const init: IntersectionObserverInit = { threshold: [0, 0.5, 0.9, WHOLE, 1] };
    const visibility: VisibilityInit = { ...init, trackVisibility: true, delay: OBSERVE_DELAY_MS };
    this.#observer = new IntersectionObserver(
      (entries) => {
        this.#take(entries);
      },
      tracks ? visibility : init,
    );
    this.#observer.observe(element);
    const restart = (): void => {
      this.#record.restart(performance.now());
    };
    document.addEventListener('visibilitychange', restart, { signal: this.#stopped.signal });
    window.addEventListener('resize', restart, { signal: this.#stopped.signal });
  }

  verdict(event: Event): Verdict {
    // What was observed but not yet delivered must count.
    this.#take(this.#observer.takeRecords());
    if (document.visibilityState !== 'visible') return 'hidden';
    return this.#record.verdict(event, performance.now());
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#stopped.abort();
  }

  #take(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) this.#record.note(entry, performance.now());
  }
}

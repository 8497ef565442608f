import type { Services } from '../services.js';
import type { Route } from './route.js';
import { DeskOpening } from './desk-opening.svelte.js';
import { DeskReport } from './desk-report.svelte.js';

/** Without the report's contents after this time the app comes first: it has something to say meanwhile. */
const CONTENTS_WITHIN_MS = 150;
/** With them, its first frame is worth this much waiting. */
const FRAME_WITHIN_MS = 1500;

/**
 * The report that the address names, opened before there is an app: on a first visit half of the way to the first frame is
 * what surrounds it. `DeskReportPage` takes it over, with the replay as it stands.
 */
export class OpenAhead {
  readonly id: string;
  readonly desk: DeskReport;
  readonly opening: DeskOpening;
  /** It is the app's turn. */
  readonly settled: Promise<void>;
  readonly #place: HTMLElement;
  readonly #stopWatching: () => void;
  readonly #unmount: () => void;
  #finish: () => void = () => undefined;
  #isTaken = false;

  /** `place` holds the replay until the app has one for it. */
  constructor(services: Services, route: Extract<Route, { page: 'report' }>, place: HTMLElement) {
    this.id = route.id;
    this.#place = place;
    const watched = { visibility: place.ownerDocument, network: place.ownerDocument.defaultView ?? window };
    this.desk = new DeskReport({ id: route.id, desk: services.desk, ...watched });
    this.opening = new DeskOpening({ ...services, desk: this.desk, moment: route.moment });
    const { report, replay } = this.opening.page;
    this.#stopWatching = this.desk.watch();
    place.hidden = false;
    this.#unmount = replay.mountAhead(place);
    this.settled = new Promise((resolve) => {
      this.#finish = $effect.root(() => {
        $effect(() => {
          if (this.desk.summary !== undefined) this.opening.openFirst(this.desk.summary);
        });
        $effect(() => {
          if (replay.hasSettled || report.phase === 'failed' || this.desk.error !== undefined) resolve();
        });
        $effect(() => {
          const wait = report.contents === undefined ? CONTENTS_WITHIN_MS : FRAME_WITHIN_MS;
          const timer = setTimeout(resolve, wait);
          return () => {
            clearTimeout(timer);
          };
        });
      });
    });
  }

  /** Answers it once, to the page of this very report; whoever takes it watches the desk and closes it. */
  take(id: string): Pick<OpenAhead, 'desk' | 'opening'> | undefined {
    if (this.#isTaken || id !== this.id) return undefined;
    this.#isTaken = true;
    // The replay is moved by then.
    setTimeout(() => {
      this.#end();
    });
    return this;
  }

  /** Nobody will take it any more. */
  close(): void {
    if (this.#isTaken) return;
    this.#isTaken = true;
    this.#end();
    this.#stopWatching();
    this.#unmount();
    this.opening.close();
  }

  #end(): void {
    this.#finish();
    this.#place.hidden = true;
  }
}

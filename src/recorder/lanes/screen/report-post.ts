import { isSameViewport, type AreaReport } from './area-report.js';

/**
 * A report that says the same as those before it waits so long for one that says more. To wake a worker costs a page more than to
 * measure. Frames wait for the report: it comes before a capture at five frames a second gives more than the gate holds.
 */
const HOLD_MS = 450;

/**
 * From the page's thread to its worker. What still is as it was need not be said each time, as long as every change is told together
 * with the last moment at which it had not come yet.
 */
export class ReportPost {
  readonly #post: (report: Omit<AreaReport, 'areas'>, areas: Float64Array | undefined) => void;
  #posted: AreaReport | undefined;
  #held: AreaReport | undefined;

  /** `post` is given `areas` only where they are others than before. */
  constructor(post: (report: Omit<AreaReport, 'areas'>, areas: Float64Array | undefined) => void) {
    this.#post = post;
  }

  add(report: AreaReport): void {
    const before = this.#held ?? this.#posted;
    const isSame =
      before !== undefined &&
      report.areas === before.areas &&
      !report.mayHaveMoved &&
      isSameViewport(report.viewport, before.viewport);
    if (isSame && report.t - (this.#posted?.t ?? -Infinity) < HOLD_MS) {
      this.#held = report;
      return;
    }
    if (isSame) this.#held = undefined;
    else this.flush();
    this.#tell(report);
  }

  /** Somebody waits for what is known by now. */
  flush(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#tell(held);
  }

  #tell(report: AreaReport): void {
    const { areas, ...rest } = report;
    this.#post(rest, areas === this.#posted?.areas ? undefined : areas);
    this.#posted = report;
  }
}

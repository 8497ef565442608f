/** Time between two frames of the video around what somebody did, errors and motion; and otherwise. */
const ACTIVE_INTERVAL_MS = 200;
const IDLE_INTERVAL_MS = 1000;
/** A capture at five frames a second gives them some milliseconds early or late. */
const SLACK_MS = 30;
/** How long something that happened makes what follows worth looking at closely. */
const ACTIVE_MS = 2000;

/** Says when the next picture that is another than the last one is due. */
export class Pace {
  #takenMs = -Infinity;
  #activeUntilMs = -Infinity;

  noteActive(nowMs: number): void {
    this.#activeUntilMs = Math.max(this.#activeUntilMs, nowMs + ACTIVE_MS);
  }

  taken(nowMs: number): void {
    this.#takenMs = nowMs;
  }

  dueMs(nowMs: number, change: 'small' | 'motion'): number {
    const isClose = change === 'motion' || nowMs < this.#activeUntilMs;
    return this.#takenMs + (isClose ? ACTIVE_INTERVAL_MS : IDLE_INTERVAL_MS) - SLACK_MS;
  }
}

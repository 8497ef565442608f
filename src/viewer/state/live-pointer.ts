import type { InputMessage } from '../../shared/protocol/live-streams.js';
import type { PagePoint } from '../model/live-view.js';

/** 50 a second: the other side hears at most 60, and counts by its own clock. */
const STEP_MS = 20;

/** The technician's laser pointer: where it is goes out at once, no more often than it can be drawn, the last place always. */
export class LivePointer {
  readonly #send: (text: string) => void;
  #waiting: PagePoint | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isShown = false;

  constructor(send: (text: string) => void) {
    this.#send = send;
  }

  point(at: PagePoint): void {
    this.#isShown = true;
    this.#waiting = at;
    if (this.#timer === undefined) this.#flush();
  }

  /** It has left the page. */
  hide(): void {
    const wasShown = this.#isShown;
    this.stop();
    if (wasShown) this.#say({ kind: 'point-gone' });
  }

  /** Without a word: nobody may say one any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = undefined;
    this.#isShown = false;
  }

  #flush(): void {
    this.#timer = undefined;
    const at = this.#waiting;
    if (at === undefined) return;
    this.#waiting = undefined;
    this.#say({ kind: 'point', ...at });
    this.#timer = setTimeout(() => {
      this.#flush();
    }, STEP_MS);
  }

  #say(message: InputMessage): void {
    this.#send(JSON.stringify(message));
  }
}

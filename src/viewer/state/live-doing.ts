import type { Doing } from '../../shared/protocol/live-messages.js';

/** What the technician does is told again after so long while there are signs of them: it keeps grants alive. */
const AGAIN_MS = 60_000;

/** What the technician does, for the customer to see; also a sign of life. */
export class LiveDoing {
  /** False where nobody can be told now. */
  readonly #tell: (what: Doing) => boolean;
  #now: Doing = 'watching';
  #rest: 'watching' | 'reading' = 'watching';
  #saidMs = -Infinity;

  constructor(tell: (what: Doing) => boolean) {
    this.#tell = tell;
  }

  do(what: Doing): void {
    const nowMs = performance.now();
    if (what === this.#now && nowMs - this.#saidMs < AGAIN_MS) return;
    if (!this.#tell(what)) return;
    this.#now = what;
    this.#saidMs = nowMs;
  }

  /** What is looked at from now on, where nothing else is done. */
  lookAt(what: 'watching' | 'reading'): void {
    this.#rest = what;
    this.do(what);
  }

  /** Nothing else is done any more. */
  rest(): void {
    this.do(this.#rest);
  }

  /** There is somebody: grants end after an hour without a sign. */
  goOn(): void {
    this.do(this.#now);
  }

  /** Of a connection that is new nobody has been told anything. */
  startAnew(): void {
    this.#saidMs = -Infinity;
  }
}

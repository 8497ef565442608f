/** Something to look at again and again while someone looks at it. */
export interface PollerOptions {
  /** A rejection makes the next wait twice as long. `retryAfterMs` on the error is kept to. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly intervalMs: number;
  readonly maxIntervalMs: number;
  /** `document`: nobody looks at a hidden page. */
  readonly visibility: Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>;
  /** `window`: being online again is a reason to try at once. */
  readonly network: Pick<Window, 'addEventListener' | 'removeEventListener'>;
}

/** Polls with backoff; pauses while the page is hidden; never runs twice at a time. */
export class Poller {
  readonly #options: PollerOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #run: AbortController | undefined;
  #failures = 0;
  #isStarted = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Runs at once. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#options.visibility.addEventListener('visibilitychange', this.#wake);
    this.#options.network.addEventListener('online', this.#wake);
    this.now();
  }

  stop(): void {
    this.#isStarted = false;
    this.#options.visibility.removeEventListener('visibilitychange', this.#wake);
    this.#options.network.removeEventListener('online', this.#wake);
    clearTimeout(this.#timer);
    this.#run?.abort();
    this.#run = undefined;
  }

  /** Runs at once, in place of a run that is under way. */
  now(): void {
    if (!this.#isStarted) return;
    clearTimeout(this.#timer);
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    this.#options.run(run.signal).then(
      () => {
        this.#settle(run, 0, 0);
      },
      (error: unknown) => {
        const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
        this.#settle(run, this.#failures + 1, retryAfterMs);
      },
    );
  }

  #settle(run: AbortController, failures: number, atLeastMs: number): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#failures = failures;
    if (this.#options.visibility.hidden) return;
    const { intervalMs, maxIntervalMs } = this.#options;
    const waitMs = Math.max(atLeastMs, Math.min(maxIntervalMs, intervalMs * 2 ** Math.min(failures, 20)));
    this.#timer = setTimeout(() => {
      this.now();
    }, waitMs);
  }

  readonly #wake = (): void => {
    clearTimeout(this.#timer);
    if (!this.#options.visibility.hidden) this.now();
  };
}

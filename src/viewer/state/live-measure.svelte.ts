import type { SessionMessageOf, SubscriberMessage } from '../../shared/protocol/live-messages.js';
import type { Quality } from '../../live/subscriber/subscribe.js';

export interface LiveMeasureOptions {
  /** Rejects where there is no connection any more. */
  readonly measure: () => Promise<Quality>;
  readonly send: (message: SubscriberMessage) => void;
}

const INTERVAL_MS = 3000;

/** How good the connection is, as each side measures it: both screens show the same. */
export class LiveMeasure {
  readonly #options: LiveMeasureOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #quality = $state.raw<Quality | undefined>(undefined);
  #theirs = $state.raw<SessionMessageOf<'quality'> | undefined>(undefined);

  constructor(options: LiveMeasureOptions) {
    this.#options = options;
  }

  get quality(): Quality | undefined {
    return this.#quality;
  }
  /** What the customer's side measures. */
  get theirs(): SessionMessageOf<'quality'> | undefined {
    return this.#theirs;
  }

  receive(message: SessionMessageOf<'quality'>): void {
    this.#theirs = message;
  }

  start(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      void this.#measure();
    }, INTERVAL_MS);
    void this.#measure();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#quality = undefined;
    this.#theirs = undefined;
  }

  async #measure(): Promise<void> {
    try {
      const quality = await this.#options.measure();
      if (this.#timer === undefined) return;
      this.#quality = quality;
      const { roundTripMs, lossRatio } = quality;
      this.#options.send({
        type: 'quality',
        ...(roundTripMs === undefined ? {} : { roundTripMs: Math.min(roundTripMs, 600_000) }),
        ...(lossRatio === undefined ? {} : { lossRatio: Math.min(1, Math.max(0, lossRatio)) }),
      });
    } catch {
      // The connection is gone, which is told elsewhere.
    }
  }
}

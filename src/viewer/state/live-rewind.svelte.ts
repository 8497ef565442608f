import { FluxionError, toErrorResult, type ErrorResult } from '../../shared/errors.js';
import { inflatePast, type PastHead } from '../../shared/protocol/live-past.js';
import type { PublisherMessage, SubscriberMessage } from '../../shared/protocol/live-messages.js';
import type { DomMessage } from '../../shared/protocol/live-streams.js';
import { ReplaySurface } from '../replay/surface.js';
import { RewindClock } from './rewind-clock.js';

/** `asking`: what is shown, if anything, is not yet the moment that was gone to. */
export type RewindState =
  { readonly name: 'now' | 'asking' | 'shown' } | { readonly name: 'failed'; readonly error: ErrorResult };

export interface LiveRewindOptions {
  readonly replayUrl: string;
  /** Throws where there is no open session. */
  readonly send: (message: SubscriberMessage) => void;
  /** The technician looks at the past, or at now again. */
  readonly onTurn: (isBack: boolean) => void;
}

/** The moment that is gone to must be so long ago: what is later is now. */
const LEAST_MS = 1000;
/** The customer's page reads its ring, and a slow line carries some megabytes. */
const PATIENCE_MS = 20_000;
/** While a slider is dragged the moments between are left out. */
const SETTLE_MS = 120;
/** Who plays on to the end of what has come asks for more, so often at most: close to now there is only little more each time. */
const MORE_MS = 3000;
const NO_ANSWER: ErrorResult = { code: 'past-unanswered', message: 'The customer’s app did not answer. Try again.' };

interface Loaded {
  readonly startMs: number;
  readonly endMs: number;
}

/** Going back from the live picture to what the app showed before, while the live picture goes on behind. Times are session time. */
export class LiveRewind {
  readonly #options: LiveRewindOptions;
  #surface: ReplaySurface | undefined;
  #state = $state.raw<RewindState>({ name: 'now' });
  #atMs = $state(0);
  #fromMs = $state<number | undefined>(undefined);
  #nowMs = $state(0);
  /** Session time when this page's clock read 0; known once a picture has begun. */
  #offsetMs = $state<number | undefined>(undefined);
  #loaded: Loaded | undefined;
  #request: string | undefined;
  /** On the clock of this page. */
  #askedMs = -Infinity;
  #isPlaying = $state(false);
  readonly #clock = new RewindClock((atMs) => {
    this.#advance(atMs);
  });
  #settling: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  readonly isBack = $derived(this.#state.name !== 'now');

  constructor(options: LiveRewindOptions) {
    this.#options = options;
  }

  get state(): RewindState {
    return this.#state;
  }
  /** The moment that is looked at. */
  get atMs(): number {
    return this.#atMs;
  }
  /** The earliest moment that there is; undefined until the customer's side has told. */
  get fromMs(): number | undefined {
    return this.#fromMs;
  }
  /** The customer's now, as of when it was gone back, or stepped. */
  get nowMs(): number {
    return this.#nowMs;
  }
  get canGoBack(): boolean {
    return this.#offsetMs !== undefined;
  }

  /** It goes on from moment to moment, as fast as it happened. */
  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** An attachment: fills an element with the picture of before. */
  readonly mount = (target: HTMLElement): (() => void) => {
    const surface = new ReplaySurface({ target, documentUrl: this.#options.replayUrl });
    this.#surface = surface;
    surface.element.title = 'The customer’s app, before';
    const unhear = surface.onFailure((error) => {
      this.#fail(toErrorResult(error));
    });
    return () => {
      unhear();
      this.pause();
      surface.dispose();
      this.#surface = undefined;
      this.#loaded = undefined;
    };
  };

  /** The live picture tells the customer's clock. */
  note(message: DomMessage): void {
    if (message.kind === 'begin') this.#offsetMs = message.sessionMs - performance.now();
  }

  /** Some milliseconds back, from now or from the moment that is looked at; a negative number is forward again. */
  back(ms: number): void {
    if (this.#offsetMs === undefined) return;
    this.goTo((this.isBack ? this.#atMs : performance.now() + this.#offsetMs) - ms);
  }

  goTo(ms: number): void {
    if (this.#offsetMs === undefined) return;
    this.#nowMs = performance.now() + this.#offsetMs;
    const atMs = Math.max(this.#fromMs ?? 0, ms);
    if (atMs > this.#nowMs - LEAST_MS) {
      this.toNow();
      return;
    }
    const wasBack = this.isBack;
    this.#atMs = atMs;
    this.#hold();
    this.#state = { name: 'asking' };
    if (!wasBack) this.#options.onTurn(true);
    clearTimeout(this.#settling);
    this.#settling = setTimeout(
      () => {
        this.#reach();
      },
      wasBack ? SETTLE_MS : 0,
    );
  }

  play(): void {
    if (!this.isBack || this.#isPlaying) return;
    this.#isPlaying = true;
    this.#clock.start(this.#atMs);
    if (this.#state.name === 'shown') this.#goOn();
    else if (this.#state.name === 'failed') this.retry();
  }

  pause(): void {
    if (!this.#isPlaying) return;
    this.#isPlaying = false;
    this.#clock.stop();
    this.#surface?.pause(this.#atMs);
  }

  /** At once: the live picture has been going on. */
  toNow(): void {
    const wasBack = this.isBack;
    this.pause();
    this.#forget();
    this.#loaded = undefined;
    this.#state = { name: 'now' };
    if (wasBack) this.#options.onTurn(false);
  }

  /** The grant is over, or the connection: nothing of the past is shown any more. */
  stop(): void {
    this.toNow();
    this.#offsetMs = undefined;
    this.#fromMs = undefined;
  }

  /** Rejects with `live-malformed` for what is not what its head says. */
  async receive(head: PastHead, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (head.request !== this.#request) return; // Somebody has gone on meanwhile.
    this.#forget();
    const plain = await inflatePast(head, bytes);
    const surface = this.#surface;
    // Meanwhile somebody may have gone on, or back to now.
    if (surface === undefined || this.#isWaiting() || !this.isBack) return;
    const { startMs, endMs, fromMs, originMs, offsetMs } = head;
    this.#fromMs = fromMs;
    this.#atMs = Math.max(this.#atMs, startMs);
    this.#loaded = { startMs, endMs };
    const clock = { originMs, offsetMs, anchors: [] };
    await this.#show(surface.show({ chunks: [plain], clock }, this.#atMs));
  }

  fail({ request, code, message }: Extract<PublisherMessage, { type: 'past-failed' }>): void {
    if (request === this.#request) this.#fail({ code, message });
  }

  /** Tries the same moment again. */
  retry(): void {
    if (this.isBack) this.goTo(this.#atMs);
  }

  #reach(): void {
    const loaded = this.#loaded;
    const surface = this.#surface;
    if (loaded !== undefined && surface !== undefined && this.#atMs >= loaded.startMs && this.#atMs <= loaded.endMs) {
      this.#forget();
      void this.#show(surface.seek(this.#atMs));
      return;
    }
    this.#ask();
  }

  #ask(): void {
    const request = crypto.randomUUID();
    this.#request = request;
    this.#askedMs = performance.now();
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#fail(NO_ANSWER);
    }, PATIENCE_MS);
    try {
      this.#options.send({ type: 'past-asked', request, atMs: this.#atMs });
    } catch (error) {
      this.#fail(toErrorResult(error));
    }
  }

  async #show(showing: ReturnType<ReplaySurface['seek']>): Promise<void> {
    try {
      const result = await showing;
      if (result.kind !== 'shown' || !this.isBack || this.#isWaiting()) return;
      this.#state = { name: 'shown' };
      this.#goOn();
    } catch (error) {
      if (!(error instanceof FluxionError)) throw error;
      this.#fail(toErrorResult(error));
    }
  }

  /** Playing, from the moment that is shown. */
  #goOn(): void {
    if (!this.#isPlaying) return;
    this.#surface?.play(1, this.#atMs);
    this.#clock.goOn(this.#atMs);
  }

  /** Until the moment that was gone to is there. */
  #hold(): void {
    this.#clock.hold();
    this.#surface?.pause(this.#atMs);
  }

  #advance(ms: number): void {
    const { endMs = -Infinity } = this.#loaded ?? {};
    this.#nowMs = performance.now() + (this.#offsetMs ?? 0);
    this.#atMs = Math.max(this.#atMs, Math.min(ms, endMs));
    if (ms <= endMs) {
      this.#surface?.follow(ms);
      return;
    }
    this.#hold();
    this.#settling = setTimeout(
      () => {
        this.#ask();
      },
      Math.max(0, this.#askedMs + MORE_MS - performance.now()),
    );
  }

  #fail(error: ErrorResult): void {
    this.pause();
    this.#forget();
    this.#loaded = undefined;
    if (this.isBack) this.#state = { name: 'failed', error };
  }

  #isWaiting(): boolean {
    return this.#request !== undefined;
  }

  /** What was asked for is of no use any more. */
  #forget(): void {
    clearTimeout(this.#settling);
    clearTimeout(this.#patience);
    this.#request = undefined;
  }
}

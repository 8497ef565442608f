import type { FluxionError } from '../../../shared/errors.js';
import type { ScreenSurface } from '../../../shared/protocol/host.js';
import { listen } from '../../page.js';
import type { ScreenChunk } from '../../ring/ring-event.js';
import type { LaneContext } from '../lane.js';
import { askForCapture, canCapture, type Capture } from './capture.js';
import { ScreenError, type ScreenErrorCode } from './errors.js';
import type { ScreenSession } from './screen-session.js';

/**
 * `asking`: the customer is being asked. `denied`: they, or a policy, said no; nobody asks again by itself. `failed`: it
 * could not begin or broke off.
 */
export type ScreenState = 'off' | 'asking' | 'on' | 'denied' | 'failed' | 'unsupported';

export interface ScreenControlOptions {
  readonly context: LaneContext;
  readonly emitChunk: (chunk: ScreenChunk, monoMs: number) => void;
  /** What is recorded now has somewhere to go. */
  readonly isRecording: () => boolean;
  /** Asks for a screen, of which nothing can be masked. */
  readonly consent: () => Promise<boolean>;
  readonly onChange: () => void;
}

const STATE_OF: Readonly<Record<ScreenErrorCode, ScreenState>> = {
  'screen-denied': 'denied',
  'screen-not-own': 'denied',
  'screen-unsupported': 'unsupported',
  'screen-no-encoder': 'unsupported',
  'screen-not-recording': 'failed',
  'screen-worker-died': 'failed',
};

const OWN_TEXT = 'A video of this window is being recorded. What is masked is painted over.';
const SCREEN_TEXT = 'A video of a screen that the customer chose is being recorded as it is: nothing in it is masked.';

/** Begins and ends the video of the screen, always by somebody's hand. What makes the video is loaded when it is wanted. */
export class ScreenControl {
  readonly #options: ScreenControlOptions;
  #state: ScreenState = 'off';
  #error: FluxionError | undefined;
  #session: ScreenSession | undefined;
  #surface: ScreenSurface | undefined;
  #nextFile = 0;
  #stops: (() => void)[] = [];
  /** Goes up with each beginning and end: what was begun before counts no more. */
  #turn = 0;

  constructor(options: ScreenControlOptions) {
    this.#options = options;
  }

  get state(): ScreenState {
    return this.#state;
  }
  /** Why it is `denied`, `failed` or `unsupported`. */
  get error(): FluxionError | undefined {
    return this.#error;
  }
  /** What is being recorded now. */
  get surface(): ScreenSurface | undefined {
    return this.#surface;
  }

  /** To be called right after a gesture. Never rejects; resolves when it is on, or known why not. */
  start(surface: ScreenSurface): Promise<void> {
    return this.#start(surface, true);
  }

  async #start(surface: ScreenSurface, isKept: boolean): Promise<void> {
    if (this.#session !== undefined || this.#state === 'asking') return;
    const turn = ++this.#turn;
    let capture: Capture | undefined;
    try {
      if (!this.#options.isRecording()) throw new ScreenError('screen-not-recording');
      if (!canCapture()) throw new ScreenError('screen-unsupported');
      this.#set('asking');
      if (surface === 'screen' && !(await this.#options.consent())) throw new ScreenError('screen-denied');
      const loading = import('./screen-session.js');
      loading.catch(() => undefined); // Whether it came is asked below.
      capture = await askForCapture(surface);
      const { ScreenSession: Session } = await loading;
      if (turn === this.#turn) this.#begin(Session, capture, isKept);
      else capture.track.stop();
    } catch (error) {
      capture?.track.stop();
      if (turn === this.#turn) this.#fail(error);
    }
  }

  /** `text`: why it ends, for the recorder lane. Resolves when all of it is on its way to the ring. */
  async stop(text = 'The video of the screen was stopped.'): Promise<void> {
    this.#turn++;
    const session = this.#session;
    if (session === undefined) {
      if (this.#state === 'asking') this.#set('off');
      return;
    }
    this.#end('screen-off', text);
    this.#set('off');
    await session.stop();
  }

  /** The picture that was recorded last, or that of a capture which lasts only for it. Undefined when there is none. */
  async screenshot(): Promise<Blob | undefined> {
    if (this.#session !== undefined) return this.#session.screenshot();
    await this.#start('app', false);
    const session = this.#session as ScreenSession | undefined;
    if (session === undefined) return undefined;
    try {
      return await session.screenshot();
    } finally {
      await this.stop('The video was begun for one picture only.');
    }
  }

  noteActive(): void {
    this.#session?.noteActive();
  }

  /** Recording was paused or goes on, was wiped, or has somewhere else to go. */
  reset(): void {
    this.#session?.reset(this.#options.context.isPaused());
  }

  /** Resolves when all that was seen until now is on its way to the ring. */
  async cut(): Promise<void> {
    await this.#session?.cut();
  }

  /** What is not kept is for a picture only. */
  #begin(Session: typeof ScreenSession, capture: Capture, isKept: boolean): void {
    const { context, emitChunk } = this.#options;
    const { guard, fields } = context;
    const session = new Session({
      capture,
      firstFile: this.#nextFile,
      isPaused: context.isPaused(),
      fields,
      guard,
      onChunk: (chunk, monoMs) => {
        this.#nextFile = Math.max(this.#nextFile, chunk.file + 1);
        if (isKept) emitChunk(chunk, monoMs);
      },
      onThumbnail: (event) => {
        if (isKept) context.emit(event);
      },
      onLeftOut: (frames) => {
        context.report(
          'dropped',
          'Pictures of the screen were left out: it was not known what to paint over in them.',
          frames,
        );
      },
      onEnd: (error) => {
        if (session === this.#session) this.#broke(session, error);
      },
    });
    this.#session = session;
    this.#surface = capture.isOwn ? 'app' : 'screen';
    this.#stops = [listen(document, 'visibilitychange', guard(this.#noteVisibility))];
    context.report('screen-on', capture.isOwn ? OWN_TEXT : SCREEN_TEXT);
    this.#set('on');
  }

  readonly #noteVisibility = (): void => {
    if (document.visibilityState === 'hidden') {
      this.#options.context.report('screen-hidden', 'The window is hidden: no video of it is recorded meanwhile.');
    } else {
      this.#options.context.report('screen-shown', 'The window is to be seen again.');
    }
  };

  #broke(session: ScreenSession, error: FluxionError | undefined): void {
    this.#turn++;
    this.#end('screen-off', error?.message ?? 'The video of the screen was ended from outside of the app.');
    this.#set(error === undefined ? 'off' : 'failed', error);
    void session.stop();
  }

  #end(kind: 'screen-off', text: string): void {
    this.#session = undefined;
    this.#surface = undefined;
    for (const stop of this.#stops.splice(0)) stop();
    this.#options.context.report(kind, text);
  }

  #fail(reason: unknown): void {
    const error = reason instanceof ScreenError ? reason : new ScreenError('screen-unsupported', { cause: reason });
    this.#options.context.report('screen-denied', error.message);
    this.#set(STATE_OF[error.code], error);
  }

  #set(state: ScreenState, error?: FluxionError): void {
    this.#state = state;
    this.#error = error;
    this.#options.onChange();
  }
}

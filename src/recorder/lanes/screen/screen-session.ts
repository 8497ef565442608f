import { FluxionError } from '../../../shared/errors.js';
import type { ThumbnailEvent } from '../../../shared/session/lane.js';
import type { FieldWatch } from '../../masking/field-watch.js';
import { MaskedAreas } from '../../masking/masked-areas.js';
import { listen, now, type Guard } from '../../page.js';
import type { ScreenChunk } from '../../ring/ring-event.js';
import { AreaReporter } from './area-reporter.js';
import { refresh, type Capture } from './capture.js';
import { ScreenError } from './errors.js';
import type { FromScreenWorker, ScreenAnswers, ScreenQuestion, StartMessage, ToScreenWorker } from './messages.js';
import { ReportPost } from './report-post.js';

/** A worker that does not answer by then will not be waited for. */
const ANSWER_MS = 4000;
/** The worker hears of what people do at most this often. */
const ACTIVE_INTERVAL_MS = 200;
const ACTIVE_EVENTS = ['pointerdown', 'pointerup', 'keydown', 'input', 'wheel', 'scroll'] as const;

// In workers only, says TypeScript's library; Chromium has it in windows, where the track is.
declare const MediaStreamTrackProcessor: new (init: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize?: number;
}) => { readonly readable: ReadableStream<VideoFrame> };

export interface ScreenSessionOptions {
  readonly capture: Capture;
  readonly firstFile: number;
  readonly isPaused: boolean;
  readonly fields: FieldWatch;
  readonly guard: Guard;
  readonly onChunk: (chunk: ScreenChunk, monoMs: number) => void;
  readonly onThumbnail: (event: ThumbnailEvent) => void;
  readonly onLeftOut: (frames: number) => void;
  /** The capture was ended from outside, or the recording of it broke. */
  readonly onEnd: (error: FluxionError | undefined) => void;
}

/** One recording of the screen: the capture, the page's word on what is masked, and the worker that makes files of it. */
export class ScreenSession {
  readonly #options: ScreenSessionOptions;
  readonly #worker: Worker;
  readonly #reporter: AreaReporter | undefined;
  readonly #reports = new ReportPost((report, areas) => {
    this.#post({ kind: 'areas', report, ...(areas === undefined ? {} : { areas }) });
  });
  readonly #stops: (() => void)[] = [];
  readonly #questions = new Map<number, (answer: ScreenAnswers[ScreenQuestion]) => void>();
  #nextQuestion = 1;
  #epoch = 0;
  #activeMs = -Infinity;

  constructor(options: ScreenSessionOptions) {
    const { capture, guard, fields } = options;
    this.#options = options;
    this.#worker = new Worker(new URL('./screen-worker.ts', import.meta.url), {
      type: 'module',
      name: 'fluxrec-screen',
    });
    this.#worker.onmessage = guard(({ data }: MessageEvent<FromScreenWorker>) => {
      this.#receive(data);
    });
    this.#worker.onerror = guard((event: Event) => {
      event.preventDefault();
      options.onEnd(new ScreenError('screen-worker-died'));
    });
    const { readable } = new MediaStreamTrackProcessor({ track: capture.track, maxBufferSize: 2 });
    const start: StartMessage = {
      kind: 'start',
      frames: readable,
      timeOriginMs: performance.timeOrigin,
      isMasked: capture.isOwn,
      file: options.firstFile,
    };
    this.#worker.postMessage(start, [readable]);
    this.reset(options.isPaused);
    this.#stops.push(
      listen(
        capture.track,
        'ended',
        guard(() => {
          options.onEnd(undefined);
        }),
      ),
      ...ACTIVE_EVENTS.map((type) =>
        listen(
          window,
          type,
          guard(() => {
            this.noteActive();
          }),
        ),
      ),
    );
    // Of another surface the page cannot say where anything is.
    if (capture.isOwn) {
      this.#reporter = new AreaReporter(new MaskedAreas(fields.shadowRoots, fields), guard, (report) => {
        this.#reports.add(report);
      });
    }
  }

  noteActive(): void {
    if (now() - this.#activeMs < ACTIVE_INTERVAL_MS) return;
    this.#activeMs = now();
    this.#post({ kind: 'active' });
  }

  /** What was seen until now is forgotten, also what is on its way here. */
  reset(isPaused: boolean): void {
    this.#post({ kind: 'reset', epoch: ++this.#epoch, isPaused });
  }

  /** Resolves when all that was seen until now was given to `onChunk`. */
  async cut(): Promise<void> {
    await this.#ask('cut');
  }

  async screenshot(): Promise<Blob | undefined> {
    return (await this.#ask('screenshot'))?.png;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    // The worker still hears where things are, so that its last frames can be masked.
    await this.#ask('stop');
    this.#reporter?.stop();
    this.#options.capture.track.stop();
    this.#worker.terminate();
  }

  #receive(message: FromScreenWorker): void {
    switch (message.kind) {
      case 'chunk':
        if (message.epoch === this.#epoch) this.#options.onChunk(message.chunk, message.monoMs);
        break;
      case 'thumbnail':
        if (message.epoch === this.#epoch) this.#options.onThumbnail(message.event);
        break;
      case 'left-out':
        this.#options.onLeftOut(message.frames);
        break;
      case 'refresh-wanted':
        // A track that has ended in this moment has nothing to refresh.
        refresh(this.#options.capture.track).catch(() => undefined);
        break;
      case 'answer':
        this.#questions.get(message.id)?.(message.answer);
        this.#questions.delete(message.id);
        break;
      case 'failed':
        this.#options.onEnd(new FluxionError(message.error.code, message.error.message));
    }
  }

  /** Undefined when the worker does not answer. */
  #ask<N extends ScreenQuestion>(name: N): Promise<ScreenAnswers[N] | undefined> {
    const id = this.#nextQuestion++;
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#questions.delete(id);
        resolve(undefined);
      }, ANSWER_MS);
      this.#questions.set(id, resolve as (answer: ScreenAnswers[ScreenQuestion]) => void);
      // What was seen until now is in the answer.
      this.#reports.flush();
      this.#post({ kind: 'question', id, name });
    });
  }

  #post(message: ToScreenWorker): void {
    this.#worker.postMessage(message);
  }
}

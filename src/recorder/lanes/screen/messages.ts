import type { ErrorResult } from '../../../shared/errors.js';
import type { ThumbnailEvent } from '../../../shared/session/lane.js';
import type { ScreenChunk } from '../../ring/ring-event.js';
import type { AreaReport } from './area-report.js';

// Everything that the page and the worker of its screen lane say to each other.

export interface StartMessage {
  readonly kind: 'start';
  /** Of VideoFrames, straight from the capture: they come while the page's own thread is blocked, too. */
  readonly frames: ReadableStream<VideoFrame>;
  /** `performance.timeOrigin` of the page, to which all times refer. */
  readonly timeOriginMs: number;
  /** The page shows what is captured, and says where to paint. Otherwise nobody can, and frames are taken as they are. */
  readonly isMasked: boolean;
  /** The number of the first file; the worker goes on from it. */
  readonly file: number;
}

/** What the page asks for and gets one answer to. */
export interface ScreenAnswers {
  /** Ends the file that is being written, so that all of it is on its way; the next frame begins another. */
  cut: object;
  /** The last frame, as it was recorded, as a PNG file. */
  screenshot: { readonly png: Blob | undefined };
  /** Ends all. */
  stop: object;
}
export type ScreenQuestion = keyof ScreenAnswers;

export type ToScreenWorker =
  | StartMessage
  /** Without `areas`: they are where they were. */
  | { readonly kind: 'areas'; readonly report: Omit<AreaReport, 'areas'>; readonly areas?: Float64Array }
  /** Somebody did something, or something failed: what follows is looked at more closely. */
  | { readonly kind: 'active' }
  /** What was seen until now is forgotten; what comes carries this number. `isPaused`: nothing comes until told again. */
  | { readonly kind: 'reset'; readonly epoch: number; readonly isPaused: boolean }
  | { readonly kind: 'question'; readonly id: number; readonly name: ScreenQuestion };

export type FromScreenWorker =
  | { readonly kind: 'chunk'; readonly epoch: number; readonly chunk: ScreenChunk; readonly monoMs: number }
  | { readonly kind: 'thumbnail'; readonly epoch: number; readonly event: ThumbnailEvent }
  /** Frames that were let go because it was not known what to paint over. */
  | { readonly kind: 'left-out'; readonly frames: number }
  /** The last picture is out of date and nothing changes any more: the capture should give one more frame. */
  | { readonly kind: 'refresh-wanted' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: ScreenAnswers[ScreenQuestion] }
  | { readonly kind: 'failed'; readonly error: ErrorResult };

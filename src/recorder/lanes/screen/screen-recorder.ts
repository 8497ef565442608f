import { toErrorResult } from '../../../shared/errors.js';
import { Steps } from '../../ring/steps.js';
import type { AreaReport } from './area-report.js';
import { FrameGate } from './frame-gate.js';
import { toFramePixels, type Covering } from './hull.js';
import type { FromScreenWorker, ScreenAnswers, ScreenQuestion } from './messages.js';
import { Pace } from './pace.js';
import { changeBetween, paintOver, pictureOf, type Picture } from './picture.js';
import { pngOf, thumbnailOf } from './still-pictures.js';
import { VideoFiles } from './video-files.js';

const THUMBNAIL_INTERVAL_MS = 2000;
/** A page that has not said where things are for so long may show something else by now: its thread is blocked, or it is hidden. */
const STALE_MS = 1000;
/** A screenshot of a video that has just begun waits for its first picture. */
const FIRST_PICTURE_MS = 3000;
const LEFT_OUT_INTERVAL_MS = 5000;
/** The capture is asked for one more frame when the last one had to be let go and no other came. */
const REFRESH_MS = 600;

interface Shot {
  readonly picture: Picture;
  /** When it was captured. */
  readonly ms: number;
  /** How much later it was let through. */
  readonly lagMs: number;
}

export interface ScreenRecorderOptions {
  readonly isMasked: boolean;
  readonly firstFile: number;
  /** Monotonic ms of the page. */
  readonly now: () => number;
  readonly post: (message: FromScreenWorker, transfer?: Transferable[]) => void;
}

/** From frames and reports to video files, thumbnails and screenshots. */
export class ScreenRecorder {
  readonly #options: ScreenRecorderOptions;
  readonly #gate: FrameGate<VideoFrame>;
  readonly #pace = new Pace();
  readonly #files: VideoFiles;
  readonly #steps = new Steps((error) => {
    this.#failed = true;
    this.#options.post({ kind: 'failed', error: toErrorResult(error) });
  });
  #epoch = 0;
  /** That of the step that is being taken: what it posts was seen then. */
  #stepEpoch = 0;
  #isPaused = false;
  #failed = false;
  /** What was written last. */
  #last: Shot | undefined;
  /** A picture that is not due yet. */
  #waiting: Shot | undefined;
  #waitTimer: ReturnType<typeof setTimeout> | undefined;
  #thumbnailMs = -Infinity;
  #thumbnailOf: Picture | undefined;
  #leftOut = 0;
  #leftOutToldMs = -Infinity;
  /** When a frame was let go that may have shown something else than the last picture. */
  #staleSinceMs: number | undefined;
  #onFirst: (() => void)[] = [];

  constructor(options: ScreenRecorderOptions) {
    this.#options = options;
    this.#files = new VideoFiles(options.firstFile, (chunk, monoMs) => {
      options.post({ kind: 'chunk', epoch: this.#stepEpoch, chunk, monoMs }, [chunk.bytes.buffer]);
    });
    this.#gate = new FrameGate(options.isMasked, {
      pass: (frame, capturedMs, covering) => {
        this.#pass(frame, capturedMs, covering);
      },
      drop: (frame) => {
        frame.close();
        this.#leftOut++;
        this.#staleSinceMs ??= options.now();
      },
    });
  }

  addFrame(frame: VideoFrame): void {
    if (this.#isPaused || this.#failed) {
      frame.close();
      return;
    }
    this.#gate.addFrame({ frame, timestampMs: frame.timestamp / 1000, arrivedMs: this.#options.now() });
  }

  addReport(report: AreaReport): void {
    this.#gate.addReport(report);
  }

  noteActive(): void {
    const now = this.#options.now();
    this.#pace.noteActive(now);
    const waiting = this.#waiting;
    if (waiting !== undefined) this.#wait(waiting, this.#pace.dueMs(now, 'motion'));
  }

  reset(epoch: number, isPaused: boolean): void {
    this.#epoch = epoch;
    this.#isPaused = isPaused;
    this.#gate.clear();
    this.#dropWaiting();
    this.#last = undefined;
    this.#thumbnailOf = undefined;
    this.#leftOut = 0;
    this.#staleSinceMs = isPaused ? undefined : this.#options.now();
    this.#steps.start(() => {
      this.#files.abandon();
      return Promise.resolve();
    });
  }

  /** To be called a few times a second. */
  tick(): void {
    const now = this.#options.now();
    this.#tellLeftOut(now);
    if (this.#isPaused || this.#failed) return;
    if (this.#staleSinceMs !== undefined && now - this.#staleSinceMs >= REFRESH_MS && this.#isReported(now)) {
      this.#staleSinceMs = undefined;
      this.#options.post({ kind: 'refresh-wanted' });
    }
    const last = this.#last;
    if (last === undefined) return;
    this.#inEpoch(async () => {
      await this.#goOn(last, now);
      if (this.#thumbnailOf !== last.picture && now - this.#thumbnailMs >= THUMBNAIL_INTERVAL_MS) {
        await this.#takeThumbnail(last, now);
      }
    });
  }

  async answer<N extends ScreenQuestion>(name: N): Promise<ScreenAnswers[N]> {
    const answers: { readonly [K in ScreenQuestion]: () => Promise<ScreenAnswers[K]> } = {
      cut: async () => {
        await this.#finish();
        return {};
      },
      screenshot: async () => ({ png: await this.#screenshot() }),
      stop: async () => {
        this.#gate.clear();
        await this.#finish();
        this.#isPaused = true;
        this.#tellLeftOut(Infinity);
        return {};
      },
    };
    return answers[name]();
  }

  #pass(frame: VideoFrame, capturedMs: number, covering: Covering | undefined): void {
    this.#staleSinceMs = undefined;
    this.#inEpoch(
      async () => {
        const picture = await pictureOf(frame);
        if (covering !== undefined) paintOver(picture, toFramePixels(covering, picture.width, picture.height));
        this.#consider({ picture, ms: capturedMs, lagMs: this.#options.now() - capturedMs });
      },
      () => {
        frame.close();
      },
    );
  }

  #consider(shot: Shot): void {
    const change = changeBetween(this.#last?.picture, shot.picture);
    if (change === 'none') {
      // Back to what was written last: what waits was there for a moment only.
      this.#dropWaiting();
      return;
    }
    this.#wait(shot, this.#last === undefined ? shot.ms : this.#pace.dueMs(shot.ms, change));
  }

  /** By when they were captured: frames that waited for one report are as far apart as they were. */
  #wait(shot: Shot, dueMs: number): void {
    this.#dropWaiting();
    const ms = Math.max(dueMs, shot.ms);
    const waitMs = dueMs + shot.lagMs - this.#options.now();
    if (dueMs <= shot.ms || waitMs <= 0) {
      this.#take(shot, ms);
      return;
    }
    this.#waiting = shot;
    this.#waitTimer = setTimeout(() => {
      this.#waiting = undefined;
      this.#take(shot, ms);
    }, waitMs);
  }

  #dropWaiting(): void {
    clearTimeout(this.#waitTimer);
    this.#waiting = undefined;
  }

  /** `atMs`: since when it is due. */
  #take(shot: Shot, atMs: number): void {
    this.#pace.taken(atMs);
    this.#last = shot;
    for (const tell of this.#onFirst.splice(0)) tell();
    this.#inEpoch(async () => {
      await this.#files.add(shot.picture, shot.ms);
      if (shot.ms - this.#thumbnailMs >= THUMBNAIL_INTERVAL_MS) await this.#takeThumbnail(shot, shot.ms);
    });
  }

  /** Nothing moves: the last picture holds on, in the file that is open or in the next one. */
  async #goOn(last: Shot, now: number): Promise<void> {
    if (!this.#isReported(now) || this.#staleSinceMs !== undefined || last !== this.#last) return;
    const { endMs } = this.#files;
    // Frames that came after the last report may still show something else.
    if (endMs !== undefined && now < endMs) this.#files.reach(this.#decidedMs(now));
    // Of the time in which the page said nothing nothing is known either.
    else await this.#files.add(last.picture, Math.max(endMs ?? now, now - STALE_MS));
  }

  async #takeThumbnail({ picture, ms }: Shot, nowMs: number): Promise<void> {
    const epoch = this.#stepEpoch;
    this.#thumbnailMs = nowMs;
    this.#thumbnailOf = picture;
    const event = await thumbnailOf(picture, Math.max(0, ms));
    this.#options.post({ kind: 'thumbnail', epoch, event });
  }

  async #screenshot(): Promise<Blob | undefined> {
    await this.#settled();
    if (this.#last === undefined) {
      await new Promise<void>((resolve) => {
        this.#onFirst.push(resolve);
        setTimeout(resolve, FIRST_PICTURE_MS);
      });
    }
    const shot = this.#waiting ?? this.#last;
    return shot === undefined ? undefined : pngOf(shot.picture);
  }

  async #finish(): Promise<void> {
    await this.#settled();
    const waiting = this.#waiting;
    this.#dropWaiting();
    if (waiting !== undefined) this.#take(waiting, waiting.ms);
    const ms = this.#options.now();
    const epoch = this.#epoch;
    await this.#steps.run(async () => {
      this.#stepEpoch = epoch;
      if (epoch === this.#epoch) await this.#files.finish(ms);
    });
  }

  /** Resolves when the frames that were let through are looked at. */
  #settled(): Promise<void> {
    return this.#steps.run(() => Promise.resolve());
  }

  /** Until when it is known what there was to see. Of a surface that is not the page nothing has to be said. */
  #decidedMs(now: number): number {
    return this.#options.isMasked ? (this.#gate.reportedMs ?? -Infinity) : now;
  }

  /** Whether the page has said of late where things are. */
  #isReported(now: number): boolean {
    return now - this.#decidedMs(now) < STALE_MS;
  }

  /** A step that is not taken, or not gone on with, when all that was seen before is to be forgotten. */
  #inEpoch(work: () => Promise<void>, always: () => void = () => undefined): void {
    const epoch = this.#epoch;
    this.#steps.start(async () => {
      try {
        this.#stepEpoch = epoch;
        if (epoch === this.#epoch && !this.#failed) await work();
      } finally {
        always();
      }
    });
  }

  #tellLeftOut(now: number): void {
    if (this.#leftOut === 0 || now - this.#leftOutToldMs < LEFT_OUT_INTERVAL_MS) return;
    this.#leftOutToldMs = now;
    this.#options.post({ kind: 'left-out', frames: this.#leftOut });
    this.#leftOut = 0;
  }
}

import type { AreaReport } from '../../lanes/screen/area-report.js';
import { FrameGate } from '../../lanes/screen/frame-gate.js';
import { toFramePixels, type Covering } from '../../lanes/screen/hull.js';
import { paintOver, pictureOf } from '../../lanes/screen/picture.js';
import { Steps } from '../../ring/steps.js';
import { LastPicture } from './last-picture.js';

export interface MaskedFramesOptions {
  /** Monotonic ms of the page. */
  readonly now: () => number;
  /** Takes a frame whose masked places are painted over; it closes it. */
  readonly write: (frame: VideoFrame) => Promise<void>;
  /** A frame has come, and waits for a report that is made from now on. */
  readonly onFrame: () => void;
  /** What was seen last is not what is there now, and no frame comes by itself: a page that rests gives none. */
  readonly onStale: () => void;
  readonly onBroken: (error: unknown) => void;
}

/** Frames that wait to be painted: more would be late when they are seen. */
const MAX_WAITING = 2;
/** Where a frame had to be let go, another one is asked for unless it comes by itself: longer than two frames of a slow capture. */
const STALE_MS = 150;

/** Passes on the frames of which it is known what to paint over, and lets all others go: by the rule of the screen lane. */
export class MaskedFrames {
  readonly #options: MaskedFramesOptions;
  readonly #gate: FrameGate<VideoFrame>;
  readonly #steps: Steps;
  readonly #last = new LastPicture((picture) => {
    if (this.#waiting === 0) this.#sendAgain(picture);
  });
  #waiting = 0;
  #stale: ReturnType<typeof setTimeout> | undefined;

  constructor(options: MaskedFramesOptions) {
    this.#options = options;
    this.#steps = new Steps(options.onBroken);
    this.#gate = new FrameGate<VideoFrame>(true, {
      pass: (frame, _capturedMs, covering) => {
        this.#pass(frame, covering);
      },
      drop: (frame) => {
        this.#drop(frame);
      },
    });
  }

  addFrame(frame: VideoFrame): void {
    clearTimeout(this.#stale);
    this.#gate.addFrame({ frame, timestampMs: frame.timestamp / 1000, arrivedMs: this.#options.now() });
    this.#options.onFrame();
  }

  addReport(report: AreaReport): void {
    this.#gate.addReport(report);
  }

  /** What was seen last, at once. */
  giveAgain(): void {
    this.#last.giveAgain();
  }

  #pass(frame: VideoFrame, covering: Covering | undefined): void {
    if (covering === undefined || this.#waiting >= MAX_WAITING) {
      this.#drop(frame);
      return;
    }
    this.#waiting += 1;
    this.#steps.start(async () => {
      let shown: VideoFrame;
      try {
        shown = await paint(frame, covering, this.#options.now);
      } finally {
        this.#waiting -= 1;
        frame.close();
      }
      this.#last.keep(shown);
      await this.#options.write(shown);
    });
  }

  #sendAgain(picture: VideoFrame): void {
    const shown = new VideoFrame(picture, { timestamp: toMicroseconds(this.#options.now()) });
    this.#steps.start(() => this.#options.write(shown));
  }

  #drop(frame: VideoFrame): void {
    frame.close();
    clearTimeout(this.#stale);
    this.#stale = setTimeout(this.#options.onStale, STALE_MS);
  }
}

/** Newer than TypeScript's library: https://www.w3.org/TR/webcodecs/#dictdef-videoframebufferinit. */
interface TransferringInit extends VideoFrameBufferInit {
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * The result says that it was captured now. What the frames were held for differs from frame to frame; told as a delay of the network,
 * it would make the other side's browser hold all of them for the longest of these times.
 */
async function paint(frame: VideoFrame, covering: Covering, now: () => number): Promise<VideoFrame> {
  if (covering.rects.length === 0) return new VideoFrame(frame, { timestamp: toMicroseconds(now()) });
  const picture = await pictureOf(frame);
  const { format, width, height, layout, colorSpace, data } = picture;
  paintOver(picture, toFramePixels(covering, width, height));
  const init: TransferringInit = {
    format,
    codedWidth: width,
    codedHeight: height,
    layout: [...layout],
    colorSpace,
    timestamp: toMicroseconds(now()),
    transfer: [data.buffer],
  };
  return new VideoFrame(data, init);
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000);
}

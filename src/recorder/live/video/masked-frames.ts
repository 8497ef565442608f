import type { AreaReport } from '../../lanes/screen/area-report.js';
import { FrameGate } from '../../lanes/screen/frame-gate.js';
import { toFramePixels, type Covering } from '../../lanes/screen/hull.js';
import { paintOver, pictureOf } from '../../lanes/screen/picture.js';
import { Steps } from '../../ring/steps.js';

export interface MaskedFramesOptions {
  /** Monotonic ms of the page. */
  readonly now: () => number;
  /** Takes a frame whose masked places are painted over; it closes it. */
  readonly write: (frame: VideoFrame) => Promise<void>;
  readonly onBroken: (error: unknown) => void;
}

/** Frames that wait to be painted: more would be late when they are seen. */
const MAX_WAITING = 2;

/** Passes on the frames of which it is known what to paint over, and lets all others go: by the rule of the screen lane. */
export class MaskedFrames {
  readonly #options: MaskedFramesOptions;
  readonly #gate: FrameGate<VideoFrame>;
  readonly #steps: Steps;
  #waiting = 0;

  constructor(options: MaskedFramesOptions) {
    this.#options = options;
    this.#steps = new Steps(options.onBroken);
    this.#gate = new FrameGate<VideoFrame>(true, {
      pass: (frame, _capturedMs, covering) => {
        this.#pass(frame, covering);
      },
      drop: (frame) => {
        frame.close();
      },
    });
  }

  addFrame(frame: VideoFrame): void {
    this.#gate.addFrame({ frame, timestampMs: frame.timestamp / 1000, arrivedMs: this.#options.now() });
  }

  addReport(report: AreaReport): void {
    this.#gate.addReport(report);
  }

  #pass(frame: VideoFrame, covering: Covering | undefined): void {
    if (covering === undefined || this.#waiting >= MAX_WAITING) {
      frame.close();
      return;
    }
    this.#waiting += 1;
    this.#steps.start(async () => {
      let painted = frame;
      try {
        if (covering.rects.length > 0) painted = await paint(frame, covering);
      } finally {
        this.#waiting -= 1;
        if (covering.rects.length > 0) frame.close();
      }
      await this.#options.write(painted);
    });
  }
}

async function paint(frame: VideoFrame, covering: Covering): Promise<VideoFrame> {
  const picture = await pictureOf(frame);
  const { format, width, height, layout, colorSpace, data } = picture;
  paintOver(picture, toFramePixels(covering, width, height));
  return new VideoFrame(data, {
    format,
    codedWidth: width,
    codedHeight: height,
    layout: [...layout],
    colorSpace,
    timestamp: frame.timestamp,
  });
}

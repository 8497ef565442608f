import { BlobSource, Input, VideoSampleSink, WEBM } from 'mediabunny';
import { ScreenRecorder } from '../../src/recorder/lanes/screen/screen-recorder.js';
import type { ScreenChunk } from '../../src/recorder/ring/ring-event.js';
import type { TextFigures } from './text-figures.js';
import { drawText } from './text-page.js';

// A minute of text at 1080p, given to the screen lane and, frame by frame, to the browser's JPEG encoder.

declare global {
  function measureText(seconds: number): Promise<TextFigures>;
}

const WIDTH = 1920;
const HEIGHT = 1080;
const STEP_MS = 200;
const JPEG = { type: 'image/jpeg', quality: 0.75 };
/** Comparing pictures takes longer than encoding them: so many of them are. */
const COMPARED_EACH = 7;
/** A frame of the video is the one that was given at its time. */
const MATCH_MS = 15;

function luma(context: OffscreenCanvasRenderingContext2D): Uint8Array {
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  const out = new Uint8Array(WIDTH * HEIGHT);
  for (let at = 0; at < out.length; at++) {
    out[at] = 0.2126 * (data[4 * at] ?? 0) + 0.7152 * (data[4 * at + 1] ?? 0) + 0.0722 * (data[4 * at + 2] ?? 0);
  }
  return out;
}

class SquaredErrors {
  #sum = 0;
  #count = 0;

  add(a: Uint8Array, b: Uint8Array): void {
    for (let at = 0; at < a.length; at++) this.#sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
    this.#count += a.length;
  }

  get psnr(): number {
    return 10 * Math.log10(255 ** 2 / (this.#sum / this.#count));
  }
}

function surface(): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d', { alpha: false, willReadFrequently: true });
  if (context === null) throw new Error('This browser draws nothing.');
  return context;
}

globalThis.measureText = async (seconds) => {
  const chunks: ScreenChunk[] = [];
  const recorder = new ScreenRecorder({
    isMasked: false,
    firstFile: 0,
    now: () => performance.now(),
    post: (message) => {
      if (message.kind === 'chunk' && message.chunk.place === 'whole') chunks.push(message.chunk);
    },
  });
  const page = surface();
  const other = surface();
  /** When each frame was given, and the luma of those that are compared. */
  const given: { readonly ms: number; readonly original: Uint8Array | undefined }[] = [];
  const jpegErrors = new SquaredErrors();
  let [jpegBytes, jpegSkippingBytes] = [0, 0];
  const startMs = performance.now();
  const steps = (1000 * seconds) / STEP_MS;
  for (let step = 0; step < steps; step++) {
    await new Promise((resolve) => setTimeout(resolve, startMs + step * STEP_MS - performance.now()));
    const isNew = drawText(page, WIDTH, HEIGHT, step);
    const isCompared = isNew && step % COMPARED_EACH === 0;
    const original = isCompared ? luma(page) : undefined;
    if (isNew) {
      const ms = performance.now();
      given.push({ ms, original });
      recorder.noteActive();
      recorder.addFrame(new VideoFrame(page.canvas, { timestamp: Math.round(1000 * ms) }));
    }
    recorder.tick();
    const jpeg = await page.canvas.convertToBlob(JPEG);
    jpegBytes += jpeg.size;
    if (isNew) jpegSkippingBytes += jpeg.size;
    if (original === undefined) continue;
    other.drawImage(await createImageBitmap(jpeg), 0, 0);
    jpegErrors.add(original, luma(other));
  }
  await recorder.answer('stop');
  const oursErrors = new SquaredErrors();
  let oursFrames = 0;
  for (const { bytes, startMonoMs } of chunks) {
    const input = new Input({ formats: [WEBM], source: new BlobSource(new Blob([bytes])) });
    const track = await input.getPrimaryVideoTrack();
    if (track === null) continue;
    for await (const sample of new VideoSampleSink(track).samples()) {
      oursFrames++;
      const ms = startMonoMs + 1000 * sample.timestamp;
      const original = given.find((one) => Math.abs(one.ms - ms) < MATCH_MS)?.original;
      if (original !== undefined) {
        sample.draw(other, 0, 0);
        oursErrors.add(original, luma(other));
      }
      sample.close();
    }
  }
  return {
    frames: steps,
    oursBytes: chunks.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    oursFrames,
    oursPsnr: oursErrors.psnr,
    jpegBytes,
    jpegSkippingBytes,
    jpegPsnr: jpegErrors.psnr,
  };
};

import { MaskedFrames } from './masked-frames.js';
import type { FromVideoWorker, ToVideoWorker } from './messages.js';

// The worker's composition root: frames and reports in, painted frames out. Reports come first: of a frame it must be known where
// things were before it.

let masked: MaskedFrames | undefined;
let writer: WritableStreamDefaultWriter<VideoFrame> | undefined;

function say(message: FromVideoWorker): void {
  postMessage(message);
}

function onBroken(): void {
  say({ kind: 'broken' });
}

function start(timeOriginMs: number): MaskedFrames {
  const offsetMs = performance.timeOrigin - timeOriginMs;
  return new MaskedFrames({
    now: () => performance.now() + offsetMs,
    write: async (frame) => {
      await writer?.write(frame);
    },
    onFrame: () => {
      say({ kind: 'frame' });
    },
    onStale: () => {
      say({ kind: 'refresh-wanted' });
    },
    onBroken,
  });
}

/** Until the capture ends, which the page hears of from its track. */
async function read(frames: ReadableStream<VideoFrame>, into: MaskedFrames): Promise<void> {
  const reader = frames.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    into.addFrame(value);
  }
}

addEventListener('message', ({ data }: MessageEvent<ToVideoWorker>) => {
  switch (data.kind) {
    case 'start':
      masked ??= start(data.timeOriginMs);
      return;
    case 'areas':
      masked?.addReport(data.report);
      return;
    case 'again':
      masked?.giveAgain();
      return;
    case 'frames':
      if (masked === undefined || writer !== undefined) return;
      writer = data.painted.getWriter();
      read(data.frames, masked).catch(onBroken);
  }
});

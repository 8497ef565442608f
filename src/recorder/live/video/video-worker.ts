import { MaskedFrames } from './masked-frames.js';
import type { FromVideoWorker, ToVideoWorker } from './messages.js';

// The worker's composition root: frames and reports in, painted frames out.

let masked: MaskedFrames | undefined;

function start({ frames, painted, timeOriginMs }: Extract<ToVideoWorker, { kind: 'start' }>): MaskedFrames {
  const offsetMs = performance.timeOrigin - timeOriginMs;
  const writer = painted.getWriter();
  const say = (message: FromVideoWorker): void => {
    postMessage(message);
  };
  const onBroken = (): void => {
    say({ kind: 'broken' });
  };
  const started = new MaskedFrames({
    now: () => performance.now() + offsetMs,
    write: (frame) => writer.write(frame),
    onFrame: () => {
      say({ kind: 'frame' });
    },
    onStale: () => {
      say({ kind: 'refresh-wanted' });
    },
    onBroken,
  });
  read(frames, started).catch(onBroken);
  return started;
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
  if (data.kind === 'start') masked ??= start(data);
  else masked?.addReport(data.report);
});

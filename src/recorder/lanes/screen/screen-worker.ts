import type { FromScreenWorker, StartMessage, ToScreenWorker } from './messages.js';
import { ScreenRecorder } from './screen-recorder.js';

// The worker's composition root: messages and frames in, messages out.

const TICK_MS = 250;

let recorder: ScreenRecorder | undefined;
let areas: Float64Array = new Float64Array(0);

function post(message: FromScreenWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

function start({ frames, timeOriginMs, isMasked, file }: StartMessage): ScreenRecorder {
  const offsetMs = performance.timeOrigin - timeOriginMs;
  const started = new ScreenRecorder({
    isMasked,
    firstFile: file,
    now: () => performance.now() + offsetMs,
    post,
  });
  setInterval(() => {
    started.tick();
  }, TICK_MS);
  void read(frames, started);
  return started;
}

/** Until the capture ends, which the page hears of from its track. */
async function read(frames: ReadableStream<VideoFrame>, into: ScreenRecorder): Promise<void> {
  const reader = frames.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    into.addFrame(value);
  }
}

addEventListener('message', ({ data }: MessageEvent<ToScreenWorker>) => {
  if (data.kind === 'start') {
    recorder ??= start(data);
    return;
  }
  if (recorder === undefined) return;
  switch (data.kind) {
    case 'areas':
      areas = data.areas ?? areas;
      recorder.addReport({ ...data.report, areas });
      break;
    case 'active':
      recorder.noteActive();
      break;
    case 'reset':
      recorder.reset(data.epoch, data.isPaused);
      break;
    case 'question':
      void recorder
        .answer(data.name)
        .then((answer) => {
          post({ kind: 'answer', id: data.id, answer });
        })
        .catch(() => {
          post({ kind: 'answer', id: data.id, answer: { png: undefined } });
        });
  }
});

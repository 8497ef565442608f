import type { PromptFrames } from './prompt-frames.js';

// In workers only, or not at all, says TypeScript's library; Chromium has both in windows, where tracks are.
declare const MediaStreamTrackProcessor: new (init: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize?: number;
}) => { readonly readable: ReadableStream<VideoFrame> };
declare const MediaStreamTrackGenerator: new (init: {
  readonly kind: 'video';
}) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };

/**
 * The same video, each picture of which is shown when it is there. Of what comes by WebRTC a browser holds each one for at least 10 ms
 * more, so that they follow each other as evenly as they were made: of a window in which somebody types that is lost time.
 */
export class PromptVideo {
  readonly stream: MediaStream;
  readonly #stop: () => void;

  /** Shows `stream` as it is where the browser cannot do more. */
  constructor(stream: MediaStream) {
    const [track] = stream.getVideoTracks();
    if (track === undefined || !('MediaStreamTrackProcessor' in window && 'MediaStreamTrackGenerator' in window)) {
      this.stream = stream;
      this.#stop = () => undefined;
      return;
    }
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    const { readable: frames } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
    const worker = new Worker(new URL('./prompt-video-worker.ts', import.meta.url), { type: 'module' });
    const { writable: shown } = generator;
    worker.postMessage({ frames, shown } satisfies PromptFrames, [frames, shown]);
    this.stream = new MediaStream([generator]);
    this.#stop = () => {
      worker.terminate();
      generator.stop();
    };
  }

  stop(): void {
    this.#stop();
  }
}

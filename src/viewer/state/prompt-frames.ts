/** To the worker of a prompt video, once: what comes, and what is shown. */
export interface PromptFrames {
  readonly frames: ReadableStream<VideoFrame>;
  readonly shown: WritableStream<VideoFrame>;
}

import { CODE_WIDTH_PX, readCode } from './live-scene.js';

// What the technician's window shows, and since when. All of it is read when a frame is about to be drawn.

export interface Shown {
  readonly change: number;
  /** Unix ms. */
  readonly atMs: number;
}

const WINDOW_WIDTH = 1920;

/** What the technician's window has shown since it showed something else, by the global name `showing`. */
export interface Showing {
  shown(): readonly Shown[];
  /** Of the video, as it is decoded. */
  size(): string;
}

export interface Watched {
  readonly shown: Shown[];
  stop(): void;
}

export function exposeShown(watched: () => Watched | undefined): void {
  const size = (): string => {
    const video = document.querySelector('video');
    return `${String(video?.videoWidth ?? 0)} × ${String(video?.videoHeight ?? 0)}`;
  };
  const showing: Showing = { shown: () => watched()?.shown ?? [], size };
  Object.assign(globalThis, { showing });
}

/** Each new number that a video shows, until it is stopped. */
export function watchVideo(video: HTMLVideoElement): Watched {
  const canvas = new OffscreenCanvas(CODE_WIDTH_PX, 8);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('No canvas.');
  const shown: Shown[] = [];
  let isStopped = false;
  const look = (): void => {
    const atMs = Date.now();
    const { videoWidth: width, videoHeight: height } = video;
    const change = readCode(context, video, { width, height }, WINDOW_WIDTH);
    if (change !== undefined && change !== shown.at(-1)?.change) shown.push({ change, atMs });
    if (!isStopped) video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  return {
    shown,
    stop: () => {
      isStopped = true;
    },
  };
}

/** The same for a text. */
export function watchText(read: () => string | undefined): Watched {
  const shown: Shown[] = [];
  let isStopped = false;
  const look = (): void => {
    const atMs = Date.now();
    const change = Number(read() ?? Number.NaN);
    if (!Number.isNaN(change) && change !== shown.at(-1)?.change) shown.push({ change, atMs });
    if (!isStopped) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  return {
    shown,
    stop: () => {
      isStopped = true;
    },
  };
}

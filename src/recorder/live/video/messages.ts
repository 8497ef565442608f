import type { AreaReport } from '../../lanes/screen/area-report.js';

// What the page and the worker of its live video say to each other.

export type ToVideoWorker =
  | {
      readonly kind: 'start';
      /** Straight from the capture, and to the track that is sent. */
      readonly frames: ReadableStream<VideoFrame>;
      readonly painted: WritableStream<VideoFrame>;
      /** `performance.timeOrigin` of the page, to which all times refer. */
      readonly timeOriginMs: number;
    }
  | { readonly kind: 'areas'; readonly report: AreaReport };

export type FromVideoWorker =
  /** A frame waits for the page's word on what was where. */
  | { readonly kind: 'frame' }
  /** The last frame that came could not be shown, and no other came: the capture is to give it once more. */
  | { readonly kind: 'refresh-wanted' }
  /** The video cannot go on. */
  | { readonly kind: 'broken' };

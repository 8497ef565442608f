import type { AreaReport } from '../../lanes/screen/area-report.js';

// What the page and the worker of its live video say to each other.

export type ToVideoWorker =
  /** `performance.timeOrigin` of the page, to which all times refer. */
  | { readonly kind: 'start'; readonly timeOriginMs: number }
  | { readonly kind: 'areas'; readonly report: AreaReport }
  /** Once: straight from the capture, and to the track that is sent. */
  | {
      readonly kind: 'frames';
      readonly frames: ReadableStream<VideoFrame>;
      readonly painted: WritableStream<VideoFrame>;
    }
  /** The last picture is to be given again: until now nobody could take it. */
  | { readonly kind: 'again' };

export type FromVideoWorker =
  /** A frame waits for the page's word on what was where. */
  | { readonly kind: 'frame' }
  /** The last frame that came could not be shown, and no other came: the capture is to give it once more. */
  | { readonly kind: 'refresh-wanted' }
  /** The video cannot go on. */
  | { readonly kind: 'broken' };

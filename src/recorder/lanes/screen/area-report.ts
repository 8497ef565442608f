/** The part of the page that a window shows, in CSS px of the layout viewport; `scale` is that of a pinch. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

/** Where what must be painted over was at a moment, as the page's own thread knows it. */
export interface AreaReport {
  /** Monotonic ms of the page. */
  readonly t: number;
  /** Something may have moved since the report before, and come back: rectangles alone do not show it. */
  readonly mayHaveMoved: boolean;
  readonly viewport: Viewport;
  /** Five numbers an area: a number that stays with its element, then left, top, right, bottom in CSS px of the viewport. */
  readonly areas: Float64Array;
}

export const NUMBERS_PER_AREA = 5;

export function isSameViewport(a: Viewport, b: Viewport): boolean {
  return (
    a === b ||
    (a.width === b.width && a.height === b.height && a.left === b.left && a.top === b.top && a.scale === b.scale)
  );
}

export function areSameAreas(a: Float64Array, b: Float64Array): boolean {
  return a === b || (a.length === b.length && a.every((value, index) => value === b[index]));
}

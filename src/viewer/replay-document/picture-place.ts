import type { PictureSize } from '../../shared/session/picture-size.js';

/** Fails to decode: the browser shows what it shows for a picture that could not be loaded. */
const BROKEN = 'data:,';

/** A plain light square of a picture's size, without a fetch. */
export function pictureOfSize({ width, height }: PictureSize): string {
  if (width === 0 || height === 0) return BROKEN;
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'%3E%3Crect width='100%25' height='100%25' fill='%23888' fill-opacity='.2'/%3E%3C/svg%3E`;
}

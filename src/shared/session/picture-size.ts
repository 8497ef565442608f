/**
 * A recording has no pictures, but the place that they take. In the dom lane an `img` or a `video` has this attribute beside its own: its
 * natural width and height in CSS px, `640 480`; `0 0` for a picture that could not be loaded.
 */
export const PICTURE_SIZE_ATTRIBUTE = 'fluxrec-picture-size';

/** No browser decodes a larger picture. */
const MAX_SIDE_PX = 65_535;

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export function formatPictureSize({ width, height }: PictureSize): string {
  return `${width} ${height}`;
}

/** Undefined for what is no size: an attribute can hold anything. */
export function parsePictureSize(text: unknown): PictureSize | undefined {
  const match = typeof text === 'string' ? /^(\d{1,5}) (\d{1,5})$/.exec(text) : null;
  if (match === null) return undefined;
  const [width, height] = [Number(match[1]), Number(match[2])];
  return width <= MAX_SIDE_PX && height <= MAX_SIDE_PX ? { width, height } : undefined;
}

import type { Rect } from './hull.js';

/** A frame's pixels in memory, as the capture gave them. */
export interface Picture {
  readonly format: VideoPixelFormat;
  readonly width: number;
  readonly height: number;
  readonly layout: readonly PlaneLayout[];
  readonly colorSpace: VideoColorSpaceInit;
  readonly data: Uint8Array<ArrayBuffer>;
}

interface Plane {
  /** Bytes of one sample, and how many pixels it stands for in each direction. */
  readonly bytes: number;
  readonly reduced: 1 | 2;
  /** What a painted sample is: a middle grey, which neither a dark nor a light page has many of. */
  readonly fill: readonly number[];
}

const GREY = 128;
const LUMA: Plane = { bytes: 1, reduced: 1, fill: [GREY] };
const CHROMA: Plane = { bytes: 1, reduced: 2, fill: [GREY] };
const RGBX: Plane = { bytes: 4, reduced: 1, fill: [GREY, GREY, GREY, 255] };

const PLANES: Partial<Record<VideoPixelFormat, readonly Plane[]>> = {
  I420: [LUMA, CHROMA, CHROMA],
  NV12: [LUMA, { bytes: 2, reduced: 2, fill: [GREY, GREY] }],
  RGBA: [RGBX],
  RGBX: [RGBX],
  BGRA: [RGBX],
  BGRX: [RGBX],
};

/** Whether pixels in this format can be painted over here. */
export function isPaintable(format: VideoPixelFormat | null): format is VideoPixelFormat {
  return format !== null && PLANES[format] !== undefined;
}

/** The frame's pixels, in a format that can be painted over here. */
export async function pictureOf(frame: VideoFrame): Promise<Picture> {
  // What lies on the graphics card in a form of its own is converted on its way.
  const format = isPaintable(frame.format) ? frame.format : 'RGBA';
  const options = format === frame.format ? {} : { format };
  const { width, height } = frame.visibleRect ?? { width: frame.codedWidth, height: frame.codedHeight };
  const data = new Uint8Array(frame.allocationSize(options));
  const layout = await frame.copyTo(data, options);
  const colorSpace = format === frame.format ? frame.colorSpace.toJSON() : {};
  return { format, width, height, layout, colorSpace, data };
}

/** Paints rectangles (whole pixels, inside of the picture) over. */
export function paintOver({ format, width, height, layout, data }: Picture, rects: readonly Rect[]): void {
  for (const [index, plane] of (PLANES[format] ?? []).entries()) {
    const { offset, stride } = layout[index] ?? { offset: 0, stride: 0 };
    const columns = Math.ceil(width / plane.reduced);
    const rows = Math.ceil(height / plane.reduced);
    for (const rect of rects) {
      const left = Math.floor(rect.left / plane.reduced);
      const right = Math.min(columns, Math.ceil(rect.right / plane.reduced));
      const bottom = Math.min(rows, Math.ceil(rect.bottom / plane.reduced));
      for (let row = Math.floor(rect.top / plane.reduced); row < bottom; row++) {
        const start = offset + row * stride;
        fill(data, start + left * plane.bytes, start + right * plane.bytes, plane.fill);
      }
    }
  }
}

function fill(data: Uint8Array, from: number, to: number, sample: readonly number[]): void {
  const [value = GREY] = sample;
  if (sample.every((other) => other === value)) {
    data.fill(value, from, to);
    return;
  }
  for (let at = from; at < to; at++) data[at] = sample[(at - from) % sample.length] ?? GREY;
}

/** A change of this share of the picture is motion: a line of text is less, a scrolled page or a film is more. */
const MOTION_SHARE = 0.01;
/** So many bytes are compared at once. */
const WORD_BYTES = 4;

/** How much of a picture is another than before. Exact: a single pixel makes it `small`. */
export function changeBetween(before: Picture | undefined, after: Picture): 'none' | 'small' | 'motion' {
  if (before?.data.byteLength !== after.data.byteLength || before.format !== after.format) return 'motion';
  if (before.width !== after.width || before.height !== after.height) return 'motion';
  const words = Math.floor(after.data.byteLength / WORD_BYTES);
  const a = new Uint32Array(before.data.buffer, before.data.byteOffset, words);
  const b = new Uint32Array(after.data.buffer, after.data.byteOffset, words);
  const limit = words * MOTION_SHARE;
  let changed = 0;
  for (let at = 0; at < words; at++) if (a[at] !== b[at] && ++changed > limit) return 'motion';
  for (let at = words * WORD_BYTES; at < after.data.byteLength; at++) {
    if (before.data[at] !== after.data[at]) changed++;
  }
  return changed === 0 ? 'none' : 'small';
}

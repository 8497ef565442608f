import * as v from 'valibot';

// A picture of the customer's window that a technician keeps in a report: a PNG file (https://www.w3.org/TR/png-3/).

/** A picture of 8K noise. */
export const MAX_PICTURE_BYTES = 32 * 1024 * 1024;
/** Pixels of the largest picture that is opened: 8K twice. A small file may claim to be far more. */
const MAX_PIXELS = 64 * 1024 * 1024;
const MAX_SIDE = 32_767;

const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_SIDE));

/** What a report's conversation says of a picture. Its bytes are an object of the store. */
export const pictureSchema = v.object({
  /** When it was taken: Unix ms, by the customer's clock. */
  takenMs: v.pipe(v.number(), v.finite()),
  width: side,
  height: side,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_PICTURE_BYTES)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
export type Picture = v.InferOutput<typeof pictureSchema>;

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const SIGNATURE_BYTES = 8;
/** Length, type and CRC of a chunk. */
const CHUNK_BYTES = 12;
const IHDR_BYTES = 13;
/** Browsers write a picture in chunks of 8 to 64 KiB or larger. */
const MAX_CHUNKS = 100_000;
/** By colour type, the bit depths that the standard has for it. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** The size that a PNG file's first chunk says; undefined for what is none, or too large to be opened. */
export function pngSize(bytes: Uint8Array): PictureSize | undefined {
  if (bytes.length < SIGNATURE_BYTES + CHUNK_BYTES + IHDR_BYTES) return undefined;
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(SIGNATURE_BYTES) !== IHDR_BYTES || typeAt(view, SIGNATURE_BYTES) !== 'IHDR') return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const isDepth = DEPTHS[view.getUint8(25)]?.includes(view.getUint8(24)) === true;
  const isSize = width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE && width * height <= MAX_PIXELS;
  return isDepth && isSize ? { width, height } : undefined;
}

/**
 * The size of a PNG file that is whole and one picture: its chunks follow one another from its first byte to its last, with pixels
 * among them, and none makes it an animation. Undefined for anything else. No pixel is decoded.
 */
export function wholePngSize(bytes: Uint8Array): PictureSize | undefined {
  const size = pngSize(bytes);
  if (size === undefined || bytes.length > MAX_PICTURE_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE_BYTES;
  let hasPixels = false;
  for (let count = 0; count < MAX_CHUNKS && at + CHUNK_BYTES <= bytes.length; count += 1) {
    const length = view.getUint32(at);
    const type = typeAt(view, at);
    at += CHUNK_BYTES + length;
    if (at > bytes.length || !/^[A-Za-z]{4}$/.test(type) || type === 'acTL') return undefined;
    if (type === 'IDAT') hasPixels = true;
    if (type === 'IEND') return hasPixels && length === 0 && at === bytes.length ? size : undefined;
  }
  return undefined;
}

function typeAt(view: DataView, chunk: number): string {
  return String.fromCharCode(...[4, 5, 6, 7].map((at) => view.getUint8(chunk + at)));
}

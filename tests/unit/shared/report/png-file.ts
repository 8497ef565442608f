import { crc32 } from '../../../../src/shared/bundle/crc32.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function chunk(type: string, data: Uint8Array): number[] {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return [...bytes];
}

export interface PngFile {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  readonly colour?: number;
  /** Deflated rows. */
  readonly pixels?: Uint8Array;
  /** A chunk before the pixels, and what stands after the end. */
  readonly before?: string;
  readonly after?: readonly number[];
}

/** A file with the chunks of a PNG; one without `pixels` has some that no browser can read. */
export function pngFile({
  width,
  height,
  depth = 8,
  colour = 2,
  pixels,
  before,
  after = [],
}: PngFile): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([depth, colour], 8);
  return Uint8Array.from([
    ...SIGNATURE,
    ...chunk('IHDR', head),
    ...(before === undefined ? [] : chunk(before, new Uint8Array(8))),
    ...chunk('IDAT', pixels ?? new Uint8Array(4)),
    ...chunk('IEND', new Uint8Array(0)),
    ...after,
  ]);
}

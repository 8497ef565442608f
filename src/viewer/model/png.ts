import type { Size } from './live-view.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IHDR = 0x49484452;
/** Pixels of the largest picture that is opened: 8K twice. A small file may claim to be far more. */
const MAX_PIXELS = 64 * 1024 * 1024;

/** The size that a PNG file's first chunk says (https://www.w3.org/TR/png-3/#11IHDR); undefined for what is none, or too large. */
export function pngSize(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 33 || SIGNATURE.some((byte, at) => bytes[at] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) !== IHDR) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  return width > 0 && height > 0 && width * height <= MAX_PIXELS ? { width, height } : undefined;
}

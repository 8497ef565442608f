import type { ThumbnailEvent } from '../../../shared/session/lane.js';
import type { Picture } from './picture.js';
import { frameOf } from './screen-encoder.js';

/** The longer side of a thumbnail: enough to know a page by, 3 to 8 KB. */
const THUMBNAIL_PX = 320;
const THUMBNAIL_QUALITY = 0.6;

export async function thumbnailOf(picture: Picture, t: number): Promise<ThumbnailEvent> {
  const scale = Math.min(1, THUMBNAIL_PX / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const webp = await draw(picture, width, height, { type: 'image/webp', quality: THUMBNAIL_QUALITY });
  return { type: 'thumbnail', t, width, height, webp: toBase64(new Uint8Array(await webp.arrayBuffer())) };
}

export function pngOf(picture: Picture): Promise<Blob> {
  return draw(picture, picture.width, picture.height, { type: 'image/png' });
}

async function draw(
  picture: Picture,
  width: number,
  height: number,
  options: { readonly type: string; readonly quality?: number },
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  const frame = frameOf(picture, 0);
  try {
    if (context !== null) {
      context.imageSmoothingQuality = 'high';
      context.drawImage(frame, 0, 0, width, height);
    }
  } finally {
    frame.close();
  }
  return canvas.convertToBlob(options);
}

/** `btoa` takes characters, and a function takes only so many arguments. */
function toBase64(bytes: Uint8Array): string {
  const STEP = 8192;
  let text = '';
  for (let at = 0; at < bytes.length; at += STEP) text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return btoa(text);
}

import { describe, expect, it } from 'vitest';
import { pngSize } from '../../../../src/viewer/model/png.js';

function png(width: number, height: number): Uint8Array {
  const bytes = new Uint8Array(40);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

describe('the size of a PNG file', () => {
  it('is what its first chunk says', () => {
    expect(pngSize(png(1280, 800))).toEqual({ width: 1280, height: 800 });
  });

  it('is not looked for in anything else', () => {
    expect(pngSize(new Uint8Array(40))).toBeUndefined();
    expect(pngSize(png(1280, 800).subarray(0, 20))).toBeUndefined();
    const jpeg = png(1280, 800);
    jpeg[0] = 0xff;
    expect(pngSize(jpeg)).toBeUndefined();
    const late = png(1280, 800);
    late[12] = 0x69;
    expect(pngSize(late)).toBeUndefined();
  });

  it('is refused where it would take all memory, or none', () => {
    expect(pngSize(png(32_767, 32_767))).toBeUndefined();
    expect(pngSize(png(0, 10))).toBeUndefined();
  });
});

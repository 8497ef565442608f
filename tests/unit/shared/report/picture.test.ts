import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pngSize, wholePngSize } from '../../../../src/shared/report/picture.js';
import { pngFile } from './png-file.js';

const SIZE = { width: 1280, height: 800 };

describe('the size of a PNG file', () => {
  it('is what its first chunk says', () => {
    expect(pngSize(pngFile(SIZE))).toEqual(SIZE);
    expect(pngSize(pngFile(SIZE).subarray(0, 40))).toEqual(SIZE);
  });

  it('is not looked for in anything else', () => {
    expect(pngSize(new Uint8Array(40))).toBeUndefined();
    expect(pngSize(pngFile(SIZE).subarray(0, 20))).toBeUndefined();
    for (const at of [0, 11, 12]) {
      const other = pngFile(SIZE);
      other[at] = (other[at] ?? 0) ^ 0x20;
      expect(pngSize(other)).toBeUndefined();
    }
    expect(pngSize(pngFile({ ...SIZE, depth: 3 }))).toBeUndefined();
    expect(pngSize(pngFile({ ...SIZE, colour: 5 }))).toBeUndefined();
  });

  it('is refused where it would take all memory, or none', () => {
    expect(pngSize(pngFile({ width: 32_767, height: 32_767 }))).toBeUndefined();
    expect(pngSize(pngFile({ width: 40_000, height: 1 }))).toBeUndefined();
    expect(pngSize(pngFile({ width: 0, height: 10 }))).toBeUndefined();
  });
});

describe('a whole PNG file', () => {
  it('has its chunks one after the other, to its last byte', () => {
    expect(wholePngSize(pngFile(SIZE))).toEqual(SIZE);
    expect(wholePngSize(pngFile({ ...SIZE, before: 'sRGB' }))).toEqual(SIZE);
  });

  it('is neither cut off, nor followed by anything, nor an animation, nor without pixels', () => {
    const whole = pngFile(SIZE);
    for (let end = 0; end < whole.length; end += 1) expect(wholePngSize(whole.subarray(0, end))).toBeUndefined();
    expect(wholePngSize(pngFile({ ...SIZE, after: [0] }))).toBeUndefined();
    expect(wholePngSize(pngFile({ ...SIZE, after: [...new TextEncoder().encode('<script>')] }))).toBeUndefined();
    expect(wholePngSize(pngFile({ ...SIZE, before: 'acTL' }))).toBeUndefined();
    expect(wholePngSize(pngFile({ ...SIZE, before: 'IEND' }))).toBeUndefined();
    expect(wholePngSize(pngFile({ ...SIZE, before: '\u0000\u0000\u0000\u0000' }))).toBeUndefined();
  });

  it('is found or not in any bytes, without reading past them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(60), (noise, at) => {
        const file = pngFile(SIZE);
        file.set(noise.subarray(0, Math.max(0, file.length - at)), Math.min(at, file.length));
        const size = wholePngSize(file);
        expect(size === undefined || size.width * size.height > 0).toBe(true);
      }),
    );
  });
});

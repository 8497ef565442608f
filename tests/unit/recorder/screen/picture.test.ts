import { describe, expect, it } from 'vitest';
import { changeBetween, paintOver, type Picture } from '../../../../src/recorder/lanes/screen/picture.js';

const WIDTH = 32;
const HEIGHT = 16;

function picture(format: VideoPixelFormat, value = 7): Picture {
  const luma = WIDTH * HEIGHT;
  const [layout, bytes] =
    format === 'I420'
      ? [
          [
            { offset: 0, stride: WIDTH },
            { offset: luma, stride: WIDTH / 2 },
            { offset: luma * 1.25, stride: WIDTH / 2 },
          ],
          luma * 1.5,
        ]
      : format === 'NV12'
        ? [
            [
              { offset: 0, stride: WIDTH },
              { offset: luma, stride: WIDTH },
            ],
            luma * 1.5,
          ]
        : [[{ offset: 0, stride: WIDTH * 4 }], luma * 4];
  const data = new Uint8Array(bytes).fill(value);
  return { format, width: WIDTH, height: HEIGHT, layout, colorSpace: {}, data };
}

/** How many bytes are not what the picture was filled with. */
const painted = ({ data }: Picture): number => data.filter((value) => value !== 7).length;

describe('painting over', () => {
  const rect = { left: 4, top: 2, right: 12, bottom: 8 };

  it.each([
    ['I420', 8 * 6 * 1.5],
    ['NV12', 8 * 6 * 1.5],
    ['RGBA', 8 * 6 * 4],
    ['BGRX', 8 * 6 * 4],
  ] as const)('reaches every plane of %s and nothing beside it', (format, bytes) => {
    const over = picture(format);
    paintOver(over, [rect]);
    expect(painted(over)).toBe(bytes);
  });

  it('takes the whole of a colour sample that it touches', () => {
    const over = picture('I420');
    paintOver(over, [{ left: 5, top: 3, right: 6, bottom: 4 }]);
    expect(painted(over)).toBe(1 + 2);
  });

  it('covers a picture to its last pixel', () => {
    const over = picture('RGBA');
    paintOver(over, [{ left: 0, top: 0, right: WIDTH, bottom: HEIGHT }]);
    expect([...over.data.subarray(-4)]).toEqual([128, 128, 128, 255]);
    expect(painted(over)).toBe(over.data.length);
  });

  it('makes what is under it the same: what was typed there is no change', () => {
    const [before, after] = [picture('I420'), picture('I420')];
    after.data.fill(200, 4 + 2 * WIDTH, 12 + 2 * WIDTH);
    for (const one of [before, after]) paintOver(one, [rect]);
    expect(changeBetween(before, after)).toBe('none');
  });
});

describe('a change', () => {
  it('of a single pixel is seen', () => {
    const after = picture('I420');
    after.data[77] = 8;
    expect(changeBetween(picture('I420'), after)).toBe('small');
    expect(changeBetween(picture('I420'), picture('I420'))).toBe('none');
  });

  it('of a hundredth of the picture is motion', () => {
    const after = picture('RGBA');
    after.data.fill(9, 0, 400);
    expect(changeBetween(picture('RGBA'), after)).toBe('motion');
  });

  it('of the size is motion', () => {
    const other = { ...picture('I420'), width: HEIGHT, height: WIDTH };
    expect(changeBetween(picture('I420'), other)).toBe('motion');
    expect(changeBetween(undefined, other)).toBe('motion');
  });
});

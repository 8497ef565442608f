import { describe, expect, it } from 'vitest';
import { pageBox, pointIn } from '../../../../src/viewer/model/live-view.js';

describe('where the customer’s page lies', () => {
  it('is in the middle, made smaller until it fits', () => {
    expect(pageBox({ width: 1000, height: 500 }, { width: 500, height: 500 })).toEqual({
      left: 0,
      top: 125,
      width: 500,
      height: 250,
    });
  });

  it('is never made larger', () => {
    expect(pageBox({ width: 100, height: 100 }, { width: 500, height: 300 })).toEqual({
      left: 200,
      top: 100,
      width: 100,
      height: 100,
    });
  });

  it('answers a place in parts of the page, and nothing beside it', () => {
    const box = pageBox({ width: 1000, height: 500 }, { width: 500, height: 500 });
    expect(pointIn(box, 250, 250)).toEqual({ x: 0.5, y: 0.5 });
    expect(pointIn(box, 0, 125)).toEqual({ x: 0, y: 0 });
    expect(pointIn(box, 250, 124)).toBeUndefined();
    expect(pointIn(box, 501, 250)).toBeUndefined();
  });
});

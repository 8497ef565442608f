import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowAt, rowsInView, scrolledHeight, scrollTopFor } from '../../../../src/viewer/components/row-window.js';

const small = { count: 1_000, rowPx: 24, viewportPx: 240 };
/** Taller than any browser lays out: the scrollbar is shorter than the rows. */
const huge = { count: 5_000_000, rowPx: 24, viewportPx: 600 };

describe('rows in view', () => {
  it('are those under the view, and some around it', () => {
    const view = rowsInView(small, 2_400);
    expect(view.first).toBe(92);
    expect(view.end).toBe(118);
    expect(view.topPx).toBe(92 * 24);
  });

  it('are all there are when there are few', () => {
    expect(rowsInView({ count: 3, rowPx: 24, viewportPx: 240 }, 0)).toMatchObject({ first: 0, end: 3 });
    expect(rowsInView({ count: 0, rowPx: 24, viewportPx: 240 }, 500)).toMatchObject({ first: 0, end: 0 });
  });

  it('reach the last one at the end of the scrollbar, also where that is shorter than the rows', () => {
    expect(scrolledHeight(huge)).toBeLessThan(huge.count * huge.rowPx);
    const end = scrolledHeight(huge) - huge.viewportPx;
    const view = rowsInView(huge, end);
    expect(view.end).toBe(huge.count);
    // The last row ends where the view does.
    expect(view.topPx + (view.end - view.first) * huge.rowPx).toBeCloseTo(scrolledHeight(huge), 0);
  });
});

describe('scrolling to a row', () => {
  it('brings it into view', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(small, huge),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (box, from, to) => {
          const scrollTop = from * (scrolledHeight(box) - box.viewportPx);
          const index = Math.min(box.count - 1, Math.floor(to * box.count));
          const target = scrollTopFor(box, scrollTop, index, 1) ?? scrollTop;
          const view = rowsInView(box, target);
          const top = view.topPx + (index - view.first) * box.rowPx - target;
          expect(top).toBeGreaterThanOrEqual(-1);
          expect(top + box.rowPx).toBeLessThanOrEqual(box.viewportPx + 1);
          expect(rowAt(box, target, top + box.rowPx / 2)).toBe(index);
        },
      ),
    );
  });

  it('leaves the list where it is when the row is in view', () => {
    expect(scrollTopFor(small, 2_400, 104, 1)).toBeUndefined();
  });

  it('moves no further than it must to a near row, and brings a far one to the middle', () => {
    expect(scrollTopFor(small, 2_400, 110, 0)).toBe(2_424);
    expect(scrollTopFor(small, 2_400, 500, 0)).toBe(500 * 24 - 108);
  });

  it('knows no row that is not there', () => {
    expect(scrollTopFor(small, 0, -1, 1)).toBeUndefined();
    expect(scrollTopFor(small, 0, 1_000, 1)).toBeUndefined();
    expect(rowAt({ count: 2, rowPx: 24, viewportPx: 240 }, 0, 100)).toBe(-1);
  });
});

import { describe, expect, it } from 'vitest';
import type { AreaReport } from '../../../../src/recorder/lanes/screen/area-report.js';
import { coveringOf, toFramePixels } from '../../../../src/recorder/lanes/screen/hull.js';

const viewport = { width: 1000, height: 500, left: 0, top: 0, scale: 1 };

function report(t: number, top: number, more: Partial<AreaReport> = {}): AreaReport {
  return { t, mayHaveMoved: false, viewport, areas: Float64Array.of(1, 100, top, 200, top + 20), ...more };
}

/** A report every 20 ms, the area 10 px further down each time. */
const moving = Array.from({ length: 40 }, (_, index) => report(index * 20, index * 10));

describe('what is painted over', () => {
  it('is the hull of all places from 150 ms before the capture up to the first report after the arrival', () => {
    // Half a px a ms: between two reports it may have been 10 px further. Captured at 400, looked back on to 250: the report of 240 says what was then; arrived at 410, the next one is of 420.
    expect(coveringOf(moving, 400, 410)?.rects).toEqual([
      { left: 92, top: 120 - 8 - 10, right: 208, bottom: 210 + 20 + 8 + 10 },
    ]);
  });

  it('reaches further the faster something moves and the fewer reports there are: it may turn between two of them', () => {
    const turning = [report(0, 0), report(90, 90), report(180, 90)];
    expect(coveringOf(turning, 160, 170)?.rects[0]).toMatchObject({ bottom: 90 + 20 + 8 + 90 });
  });

  it('is known only once a report was made after the frame arrived', () => {
    expect(coveringOf(moving, 770, 785)).toBeUndefined();
  });

  it('is not known of the time before the first report', () => {
    expect(coveringOf(moving, 149, 149)).toBeUndefined();
    expect(coveringOf(moving, 150, 150)).toBeDefined();
  });

  it('is not known where something moved between reports that are far apart', () => {
    const gap = [report(0, 0), report(20, 0), report(300, 40), report(320, 40)];
    expect(coveringOf(gap, 250, 310)).toBeUndefined();
    const still = [report(0, 0), report(20, 0), report(300, 0), report(320, 0)];
    expect(coveringOf(still, 250, 310)).toBeDefined();
    const scrolledAndBack = [report(0, 0), report(20, 0), report(300, 0, { mayHaveMoved: true }), report(320, 0)];
    expect(coveringOf(scrolledAndBack, 250, 310)).toBeUndefined();
    // Close together nothing is missed.
    expect(coveringOf([report(0, 0), report(90, 0, { mayHaveMoved: true }), report(170, 0)], 151, 160)).toBeDefined();
  });

  it('is not known where an area came or went in such a gap', () => {
    const gone = [report(0, 0), report(300, 0, { areas: new Float64Array(0) }), report(320, 0)];
    expect(coveringOf(gone, 250, 310)).toBeUndefined();
  });

  it('is not known of an area that has just come: how it moves is seen by the next report', () => {
    const none = new Float64Array(0);
    const come = [report(0, 0, { areas: none }), report(80, 0, { areas: none }), report(170, 0), report(190, 0)];
    expect(coveringOf(come, 150, 160)).toBeUndefined();
    expect(coveringOf(come, 150, 180)).toBeDefined();
  });

  it('is not known while the window changes its size', () => {
    const wider = { ...viewport, width: 1200 };
    const resized = [report(0, 0), report(80, 0), report(160, 0, { viewport: wider })];
    expect(coveringOf(resized, 150, 155)).toBeUndefined();
  });

  it('keeps areas apart', () => {
    const two = Float64Array.of(1, 0, 0, 10, 10, 2, 500, 400, 510, 410);
    const reports = [report(0, 0, { areas: two }), report(80, 0, { areas: two }), report(160, 0, { areas: two })];
    expect(coveringOf(reports, 150, 155)?.rects).toHaveLength(2);
  });
});

describe('rectangles of the page', () => {
  const rect = { left: 100, top: 50, right: 200.2, bottom: 60.5 };

  it('become whole pixels of the frame, never fewer', () => {
    expect(toFramePixels({ viewport, rects: [rect] }, 2000, 1000)).toEqual([
      { left: 200, top: 100, right: 401, bottom: 121 },
    ]);
  });

  it('count from where the picture begins in a frame of another shape', () => {
    expect(toFramePixels({ viewport, rects: [rect] }, 1000, 700)[0]).toMatchObject({ left: 100, top: 150 });
    expect(toFramePixels({ viewport, rects: [rect] }, 1400, 500)[0]).toMatchObject({ left: 300, top: 50 });
  });

  it('follow a pinch', () => {
    const pinched = { ...viewport, left: 50, top: 25, scale: 2 };
    expect(toFramePixels({ viewport: pinched, rects: [rect] }, 1000, 500)[0]).toMatchObject({ left: 100, top: 50 });
  });

  it('end where the frame does, and are none outside of it', () => {
    const rects = [
      { left: -50, top: -50, right: 20, bottom: 20 },
      { left: 1100, top: 0, right: 1200, bottom: 20 },
    ];
    expect(toFramePixels({ viewport, rects }, 1000, 500)).toEqual([{ left: 0, top: 0, right: 20, bottom: 20 }]);
  });
});

import { describe, expect, it } from 'vitest';
import type { AreaReport } from '../../../../src/recorder/lanes/screen/area-report.js';
import { coveringOf, type Rect } from '../../../../src/recorder/lanes/screen/hull.js';
import { ReportPost } from '../../../../src/recorder/lanes/screen/report-post.js';
import { seededRandom } from '../../../lab/seeded-random.js';

const viewport = { width: 1000, height: 500, left: 0, top: 0, scale: 1 };

/** What arrives of what was said: areas come only when they are others. */
function posted(reports: readonly AreaReport[]): AreaReport[] {
  const arrived: AreaReport[] = [];
  let known = new Float64Array(0);
  const post = new ReportPost((report, areas) => {
    known = areas === undefined ? known : Float64Array.from(areas);
    arrived.push({ ...report, areas: known });
  });
  for (const report of reports) post.add(report);
  return arrived;
}

const still = (t: number, areas: Float64Array): AreaReport => ({ t, mayHaveMoved: false, viewport, areas });

describe('what stays as it is', () => {
  const areas = Float64Array.of(1, 0, 0, 10, 10);

  it('is said every 450 ms', () => {
    const said = posted(Array.from({ length: 20 }, (_, index) => still(50 * index, areas)));
    expect(said.map(({ t }) => t)).toEqual([0, 450, 900]);
  });

  it('is said as soon as somebody waits for it, once', () => {
    const said: number[] = [];
    const post = new ReportPost(({ t }) => said.push(t));
    for (const t of [0, 50, 100]) post.add(still(t, areas));
    post.flush();
    post.flush();
    expect(said).toEqual([0, 100]);
  });

  it('is said once more before what changed', () => {
    const moved = Float64Array.of(1, 5, 0, 15, 10);
    const said = posted([still(0, areas), still(50, areas), still(100, areas), still(120, moved)]);
    expect(said.map(({ t, areas: [, left] }) => [t, left])).toEqual([
      [0, 0],
      [100, 0],
      [120, 5],
    ]);
  });

  it.each([
    ['may have moved and come back', { mayHaveMoved: true }],
    ['is seen through a pinch', { viewport: { ...viewport, scale: 2 } }],
  ])('is said at once where it %s', (_what, change) => {
    const said = posted([still(0, areas), still(50, areas), { ...still(60, areas), ...change }]);
    expect(said.map(({ t }) => t)).toEqual([0, 50, 60]);
  });
});

describe('of a page that rests, moves, blinks and hangs', () => {
  function walk(random: () => number): AreaReport[] {
    const reports: AreaReport[] = [];
    let [t, left, areas, scale] = [0, 0, Float64Array.of(1, 0, 0, 10, 10), 1];
    while (t < 4000) {
      t += random() < 0.05 ? 300 : random() < 0.5 ? 50 : 16;
      const what = random();
      if (what < 0.2) {
        left += Math.round(100 * (random() - 0.5));
        areas = Float64Array.of(1, left, 0, left + 10, 10);
      } else if (what < 0.23) {
        areas = Float64Array.of(...areas, 2, left, 50, left + 10, 60);
      } else if (what < 0.26) {
        areas = areas.slice(0, 5);
      } else if (what < 0.27) {
        scale = 3 - scale;
      }
      reports.push({ t, areas, viewport: { ...viewport, scale }, mayHaveMoved: what > 0.97 });
    }
    return reports;
  }

  const holds = (outer: Rect, inner: Rect): boolean =>
    outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom;

  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'no less is painted over by what is posted (seed %i)',
    (seed) => {
      const random = seededRandom(seed);
      const all = walk(random);
      const said = posted(all);
      expect(said.length).toBeLessThan(all.length);
      let passed = 0;
      for (let capturedMs = 200; capturedMs < 3800; capturedMs += 37) {
        const arrivedMs = capturedMs + 40 * random();
        const byPosted = coveringOf(said, capturedMs, arrivedMs);
        if (byPosted === undefined) continue;
        const byAll = coveringOf(all, capturedMs, arrivedMs);
        expect(byAll, `dropped at ${String(capturedMs)} ms by all reports`).toBeDefined();
        passed += 1;
        for (const inner of byAll?.rects ?? []) {
          expect(byPosted.rects.some((outer) => holds(outer, inner))).toBe(true);
        }
      }
      expect(passed).toBeGreaterThan(0);
    },
  );
});

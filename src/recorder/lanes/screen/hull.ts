import { areSameAreas, isSameViewport, NUMBERS_PER_AREA, type AreaReport, type Viewport } from './area-report.js';

/** From so long before a frame was captured on, whatever was somewhere is painted there: the compositor shows the past. */
export const LOOK_BACK_MS = 150;
/** Reports further apart than this say nothing of what was between them, unless nothing moved. */
export const MAX_GAP_MS = 100;
/** Around each area: edges that are rounded, shadows, letters that hang over, frames that are scaled. */
const PAD_PX = 8;

/** In CSS px of the viewport. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Covering {
  readonly viewport: Viewport;
  readonly rects: readonly Rect[];
}

/**
 * What must be painted over in a frame: of each area the hull of all places that it had, from LOOK_BACK_MS before the capture
 * up to the first report that was made after the frame had arrived. Undefined when that is not known.
 */
export function coveringOf(
  reports: readonly AreaReport[],
  capturedMs: number,
  arrivedMs: number,
): Covering | undefined {
  const from = reports.findLastIndex(({ t }) => t <= capturedMs - LOOK_BACK_MS);
  const to = reports.findIndex(({ t }) => t > arrivedMs);
  const first = reports[from];
  if (from === -1 || to === -1 || first === undefined) return undefined;
  const relevant = reports.slice(from, to + 1);
  for (const [index, report] of relevant.entries()) {
    const before = relevant[index - 1];
    if (!isSameViewport(report.viewport, first.viewport)) return undefined;
    if (before !== undefined && report.t - before.t > MAX_GAP_MS && hasMoved(before, report)) return undefined;
  }
  const rects = hulls(relevant);
  return rects === undefined ? undefined : { viewport: first.viewport, rects };
}

function hasMoved(before: AreaReport, after: AreaReport): boolean {
  return after.mayHaveMoved || !areSameAreas(before.areas, after.areas);
}

/** One area over all reports. */
interface Path {
  hull: Rect;
  last: Rect;
  lastMs: number;
  /** How many reports had it. */
  reports: number;
  /** Highest speeds between two reports, px per ms. */
  speedX: number;
  speedY: number;
}

/** Undefined when an area was in one report only: it has just come or gone, and how it moved then nobody knows. */
function hulls(reports: readonly AreaReport[]): Rect[] | undefined {
  const paths = new Map<number, Path>();
  let longestGapMs = 0;
  for (const [index, { t, areas }] of reports.entries()) {
    longestGapMs = Math.max(longestGapMs, t - (reports[index - 1]?.t ?? t));
    for (let at = 0; at < areas.length; at += NUMBERS_PER_AREA) {
      const [id = 0, left = 0, top = 0, right = 0, bottom = 0] = areas.subarray(at, at + NUMBERS_PER_AREA);
      const rect = { left, top, right, bottom };
      const path = paths.get(id);
      if (path === undefined) paths.set(id, { hull: rect, last: rect, lastMs: t, reports: 1, speedX: 0, speedY: 0 });
      else follow(path, rect, t);
    }
  }
  const all = [...paths.values()];
  return all.some(({ reports: seen }) => seen < 2) ? undefined : all.map((path) => reach(path, longestGapMs));
}

function follow(path: Path, rect: Rect, t: number): void {
  const { hull, last } = path;
  const ms = Math.max(1, t - path.lastMs);
  path.hull = {
    left: Math.min(hull.left, rect.left),
    top: Math.min(hull.top, rect.top),
    right: Math.max(hull.right, rect.right),
    bottom: Math.max(hull.bottom, rect.bottom),
  };
  path.speedX = Math.max(path.speedX, Math.abs(rect.left - last.left) / ms, Math.abs(rect.right - last.right) / ms);
  path.speedY = Math.max(path.speedY, Math.abs(rect.top - last.top) / ms, Math.abs(rect.bottom - last.bottom) / ms);
  path.last = rect;
  path.reports++;
  path.lastMs = t;
}

/** What moves may have turned back between two reports: it was as far away as its speed took it in that time. */
function reach({ hull, speedX, speedY }: Path, gapMs: number): Rect {
  const x = PAD_PX + speedX * gapMs;
  const y = PAD_PX + speedY * gapMs;
  return { left: hull.left - x, top: hull.top - y, right: hull.right + x, bottom: hull.bottom + y };
}

/**
 * From the page to the frame, in whole pixels. A capture shows the whole window, scaled alike in both directions, with
 * bars where its shape is another.
 */
export function toFramePixels({ viewport, rects }: Covering, width: number, height: number): Rect[] {
  const scale = Math.min(width / viewport.width, height / viewport.height);
  const marginX = (width - viewport.width * scale) / 2;
  const marginY = (height - viewport.height * scale) / 2;
  const x = (px: number): number => marginX + (px - viewport.left) * viewport.scale * scale;
  const y = (px: number): number => marginY + (px - viewport.top) * viewport.scale * scale;
  return rects
    .map(({ left, top, right, bottom }) => ({
      left: clamp(Math.floor(x(left)), width),
      top: clamp(Math.floor(y(top)), height),
      right: clamp(Math.ceil(x(right)), width),
      bottom: clamp(Math.ceil(y(bottom)), height),
    }))
    .filter(({ left, top, right, bottom }) => right > left && bottom > top);
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(value, 0), max);
}

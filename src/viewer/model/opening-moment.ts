import type { ReportIndex } from '../sources/session-source.js';
import type { ReplayWindow } from './chains.js';

/** What led to an error is seen this long before it. */
const LEAD_MS = 5000;

/**
 * Where a report opens, report time: shortly before its first error, which is what it was sent for more often than not.
 * Without one, where there is a page to see for the first time (a log may begin some moments before it).
 * The manifest alone tells: a segment of errors begins with its first one.
 */
export function openingMoment(
  { lanes, startMs }: Pick<ReportIndex, 'lanes' | 'startMs'>,
  windows: readonly Pick<ReplayWindow, 'startMs'>[],
): number {
  const firstMs = windows.length === 0 ? startMs : Math.min(...windows.map((window) => window.startMs));
  const errorMs = lanes.get('error')?.[0]?.startMs;
  return errorMs === undefined ? firstMs : Math.max(firstMs, errorMs - LEAD_MS);
}

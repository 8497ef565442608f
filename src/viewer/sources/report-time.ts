import { toSessionMs } from '../../shared/session/clock.js';
import type { ReportSource } from './session-source.js';

/** What maps a source's monotonic clock to report time. */
export type ReportClock = Pick<ReportSource, 'anchors' | 'offsetMs'>;

export function toReportMs(clock: ReportClock, monoMs: number): number {
  return toSessionMs(clock, monoMs) + clock.offsetMs;
}

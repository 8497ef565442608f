import { toSessionMs } from '../../shared/session/clock.js';
import type { ReportSource } from './session-source.js';

/** What maps a source's monotonic clock to report time. */
export type ReportClock = Pick<ReportSource, 'anchors' | 'offsetMs'>;

export function toReportMs(clock: ReportClock, monoMs: number): number {
  return toSessionMs(clock, monoMs) + clock.offsetMs;
}

/**
 * The same for many times that mostly ascend, without going through all anchors each time. Answers never descend while the
 * times ascend: where the next anchor turns the clock back, time stands still until it has caught up.
 */
export function reportTimeReader(clock: ReportClock): (monoMs: number) => number {
  const { anchors } = clock;
  let at = 0;
  let lastMono = -Infinity;
  let lastMs = -Infinity;
  return (monoMs) => {
    if (monoMs < lastMono) [at, lastMs] = [0, -Infinity];
    lastMono = monoMs;
    while (at + 1 < anchors.length && (anchors[at + 1]?.monoMs ?? Infinity) <= monoMs) at += 1;
    const anchor = anchors[at];
    const sessionMs = anchor === undefined ? monoMs : anchor.sessionMs + (monoMs - anchor.monoMs);
    lastMs = Math.max(lastMs, sessionMs + clock.offsetMs);
    return lastMs;
  };
}

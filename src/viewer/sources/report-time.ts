import { toSessionMs } from '../../shared/session/clock.js';
import type { ReportSource } from './session-source.js';

/** What maps a source's monotonic clock to report time. */
export type ReportClock = Pick<ReportSource, 'anchors' | 'offsetMs'>;

export function toReportMs(clock: ReportClock, monoMs: number): number {
  return toSessionMs(clock, monoMs) + clock.offsetMs;
}

/**
 * The same for many times that mostly ascend, without going through all anchors each time. Answers never descend while the
 * times ascend: where the next anchor turns the clock back, time stands still until it has caught up. It stands where the anchor before
 * it ends, whichever times were asked for: lanes that are read one by one keep their order among each other.
 */
export function reportTimeReader(clock: ReportClock): (monoMs: number) => number {
  const { anchors } = clock;
  let at = 0;
  let lastMono = -Infinity;
  let reachedMs = -Infinity;
  return (monoMs) => {
    if (monoMs < lastMono) [at, reachedMs] = [0, -Infinity];
    lastMono = monoMs;
    for (let next = anchors[at + 1]; next !== undefined && next.monoMs <= monoMs; next = anchors[at + 1]) {
      const anchor = anchors[at] ?? next;
      reachedMs = Math.max(reachedMs, anchor.sessionMs + (next.monoMs - anchor.monoMs));
      at += 1;
    }
    const anchor = anchors[at];
    const sessionMs = anchor === undefined ? monoMs : anchor.sessionMs + (monoMs - anchor.monoMs);
    return Math.max(reachedMs, sessionMs) + clock.offsetMs;
  };
}

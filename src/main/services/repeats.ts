import type { LogEvent } from '../../shared/session/lane.js';

/** Was the same thing said again, by the same one, from the same place? */
export function isRepeat(previous: LogEvent, next: LogEvent): boolean {
  return (
    previous.message === next.message &&
    previous.level === next.level &&
    previous.logger === next.logger &&
    previous.stack === next.stack &&
    JSON.stringify(previous.args) === JSON.stringify(next.args)
  );
}

/** The first event, with one more count. */
export function repeated(first: LogEvent, again: LogEvent): LogEvent {
  return { ...first, count: (first.count ?? 1) + 1, lastT: again.lastT ?? again.t };
}

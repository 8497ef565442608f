import { whenAsked } from './when-asked.js';

// Moments of the wall clock, in the technician's own time zone. The language is that of the viewer: English.

const relative = whenAsked(() => new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto', style: 'short' }));
const exact = whenAsked(() => new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' }));
const day = whenAsked(() => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }));
const dayAndYear = whenAsked(
  () => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }),
);
const clock = whenAsked(
  () => new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The range of Date, in which every formatter works. */
const MAX_DATE_MS = 8.64e15;

function isDate(wallMs: number): boolean {
  return Math.abs(wallMs) <= MAX_DATE_MS;
}

/** `now`, `5 min ago`, `3 hr ago`, `yesterday`, `12 Mar`, `12 Mar 2024`. */
export function formatWhen(wallMs: number, nowMs: number): string {
  if (!isDate(wallMs)) return 'unknown time';
  const agoMs = nowMs - wallMs;
  // A desk and a technician's machine may differ by a little: what seems to come from the near future is now.
  if (agoMs < 45_000 && agoMs > -5 * MINUTE_MS) return 'now';
  if (agoMs > 0 && agoMs < HOUR_MS) return relative().format(-Math.max(1, Math.round(agoMs / MINUTE_MS)), 'minute');
  if (agoMs > 0 && agoMs < DAY_MS) return relative().format(-Math.round(agoMs / HOUR_MS), 'hour');
  if (agoMs > 0 && agoMs < 7 * DAY_MS) return relative().format(-Math.round(agoMs / DAY_MS), 'day');
  const sameYear = new Date(wallMs).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? day : dayAndYear)().format(wallMs);
}

/** Everything there is to say: `Monday 23 November 2026 at 14:03:21 CET`. */
export function formatExact(wallMs: number): string {
  return isDate(wallMs) ? exact().format(wallMs) : 'unknown time';
}

/** The time of day: `14:03:21`. */
export function formatWallClock(wallMs: number): string {
  return isDate(wallMs) ? clock().format(wallMs) : '--:--:--';
}

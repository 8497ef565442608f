// Times on the report's timeline, in words and figures. All inputs are milliseconds; negative and non-finite ones are 0.

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

function clean(ms: number): number {
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A position as a player shows it: `0:07`, `12:45`, `1:02:03`. */
export function formatPosition(ms: number): string {
  const whole = clean(ms);
  const hours = Math.floor(whole / HOUR_MS);
  const minutes = Math.floor((whole % HOUR_MS) / MINUTE_MS);
  const seconds = two(Math.floor((whole % MINUTE_MS) / SECOND_MS));
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** A position to the millisecond, for lists of lines: `0:07.042`. */
export function formatInstant(ms: number): string {
  const rounded = Math.round(clean(ms));
  return `${formatPosition(rounded)}.${String(rounded % SECOND_MS).padStart(3, '0')}`;
}

/** How long something took, short: `0.4 ms`, `45 ms`, `1.24 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  const value = clean(ms);
  if (value < 10) return `${Number(value.toFixed(1))} ms`;
  if (value < SECOND_MS - 0.5) return `${Math.round(value)} ms`;
  if (value < 10 * SECOND_MS) return `${Number((value / SECOND_MS).toFixed(2))} s`;
  if (value < MINUTE_MS - SECOND_MS / 2) return `${Math.round(value / SECOND_MS)} s`;
  const seconds = Math.round(value / SECOND_MS);
  if (seconds < 3600) {
    const rest = seconds % 60;
    return `${Math.floor(seconds / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
  }
  const minutes = Math.round(seconds / 60);
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest > 0 ? ` ${rest} min` : ''}`;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A position as a screen reader should say it: `4 minutes 5 seconds`. */
export function speakPosition(ms: number): string {
  const seconds = Math.floor(clean(ms) / SECOND_MS);
  const parts = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const spoken = parts.filter(([count]) => count > 0).map(([count, unit]) => plural(count, unit));
  return spoken.length === 0 ? '0 seconds' : spoken.join(' ');
}

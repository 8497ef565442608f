// Sizes, durations and times as people read them, in the reader's own locale.

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export function formatCount(n: number): string {
  return whole.format(n);
}

/** Two significant places are enough to judge a size by; units are powers of 1024, as the limits are. */
export function formatBytes(bytes: number): string {
  if (bytes < KB) return `${whole.format(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const [size, unit] = bytes < MB ? [bytes / KB, 'KB'] : bytes < GB ? [bytes / MB, 'MB'] : [bytes / GB, 'GB'];
  return `${(size < 10 ? tenths : whole).format(size)} ${unit}`;
}

/** In words that can be read out: `12 s`, `4 min 12 s`, `1 h 5 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / SECOND_MS));
  if (seconds < 60) return `${whole.format(seconds)} s`;
  const rounded = seconds * SECOND_MS;
  if (rounded < HOUR_MS) {
    const rest = seconds % 60;
    return `${whole.format(Math.floor(seconds / 60))} min${rest === 0 ? '' : ` ${whole.format(rest)} s`}`;
  }
  const restMinutes = Math.floor((rounded % HOUR_MS) / MINUTE_MS);
  return `${whole.format(Math.floor(rounded / HOUR_MS))} h${restMinutes === 0 ? '' : ` ${whole.format(restMinutes)} min`}`;
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function isSameDay(aMs: number, bMs: number): boolean {
  return new Date(aMs).toDateString() === new Date(bMs).toDateString();
}

/** Time of day with seconds; with the day where it is not that of `todayMs`. All Unix ms. */
export function formatTime(wallMs: number, todayMs: number): string {
  return (isSameDay(wallMs, todayMs) ? timeOfDay : dayAndTime).format(wallMs);
}

const twoDigits = (n: number): string => String(n).padStart(2, '0');

/** The value of an `<input type="datetime-local" step="1">`, in local time. */
export function toDateTimeValue(wallMs: number): string {
  const d = new Date(wallMs);
  const day = `${String(d.getFullYear()).padStart(4, '0')}-${twoDigits(d.getMonth() + 1)}-${twoDigits(d.getDate())}`;
  return `${day}T${toTimeValue(wallMs)}`;
}

/** The value of an `<input type="time" step="1">`, in local time. */
export function toTimeValue(wallMs: number): string {
  const d = new Date(wallMs);
  return `${twoDigits(d.getHours())}:${twoDigits(d.getMinutes())}:${twoDigits(d.getSeconds())}`;
}

/** Unix ms of what such an input holds; a time alone is taken on the day of `dayMs`. Undefined while it is incomplete. */
export function fromInputValue(value: string, dayMs: number): number | undefined {
  if (value === '') return undefined;
  const text = value.includes('T') ? value : `${toDateTimeValue(dayMs).slice(0, 10)}T${value}`;
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? undefined : ms;
}

/** A file name that every system takes: `fluxion-2026-11-23-10-12-31.fluxrec`. */
export function bundleFileName(app: string, wallMs: number): string {
  const name = app
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${name === '' ? 'report' : name}-${toDateTimeValue(wallMs).replace(/[T:]/g, '-')}.fluxrec`;
}

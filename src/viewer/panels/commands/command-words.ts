import type { ThreadState } from '../../model/commands.js';

/** What became of a proposal, in a word or two; and how it looks. */
export const STATE_WORDS: Readonly<
  Record<ThreadState, { readonly text: string; readonly tone: 'soft' | 'accent' | 'ok' | 'error' }>
> = {
  waiting: { text: 'Waits for the customer', tone: 'accent' },
  running: { text: 'Running', tone: 'accent' },
  approved: { text: 'Approved', tone: 'accent' },
  denied: { text: 'Denied', tone: 'error' },
  expired: { text: 'Expired', tone: 'soft' },
  withdrawn: { text: 'Taken back', tone: 'soft' },
  refused: { text: 'Refused by the app', tone: 'error' },
  done: { text: 'Done', tone: 'ok' },
  failed: { text: 'Failed', tone: 'error' },
  cancelled: { text: 'Stopped', tone: 'soft' },
  'timed-out': { text: 'Took too long', tone: 'error' },
};

/** The value of an `<input type="datetime-local" step="1">`, in local time. */
export function toDateTimeValue(wallMs: number): string {
  const date = new Date(wallMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Undefined while it is incomplete. */
export function fromDateTimeValue(value: string): number | undefined {
  const ms = new Date(value).getTime();
  return value === '' || Number.isNaN(ms) ? undefined : ms;
}

import type { DecisionEntry, ThreadState } from '../../model/commands.js';
import type { SignatureVerdict } from '../../state/signatures.svelte.js';

/** What became of a proposal, in a word or two; and how it looks. */
export const STATE_WORDS: Readonly<
  Record<ThreadState, { readonly text: string; readonly tone: 'soft' | 'accent' | 'ok' | 'error' }>
> = {
  waiting: { text: 'Waits for the customer', tone: 'accent' },
  unanswered: { text: 'No answer', tone: 'soft' },
  running: { text: 'Running', tone: 'accent' },
  denied: { text: 'Denied', tone: 'error' },
  expired: { text: 'Expired', tone: 'soft' },
  withdrawn: { text: 'Taken back', tone: 'soft' },
  refused: { text: 'Refused by the app', tone: 'error' },
  done: { text: 'Done', tone: 'ok' },
  failed: { text: 'Failed', tone: 'error' },
  cancelled: { text: 'Stopped', tone: 'soft' },
  'timed-out': { text: 'Took too long', tone: 'error' },
};

/** The customer's decision, in the conversation. */
export const DECISION_WORDS: Readonly<Record<DecisionEntry['decision'], string>> = {
  approved: 'The customer approved',
  denied: 'The customer denied',
  expired: 'Nobody decided in time',
  withdrawn: 'Taken back',
  refused: 'The app refused',
};

/** Why nobody can be written to about a report, by what is known of who made it. `none`: there is nothing to propose. */
export const OBSTACLE_WORDS: Readonly<Record<SignatureVerdict | 'none', string | undefined>> = {
  checking: undefined,
  good: undefined,
  none: 'The app that sent this report offers no commands: it is an older version, or its makers left them out.',
  unsigned: 'This report does not say whose install made all of it: nobody can be written to about it.',
  partly: 'This report does not say whose install made all of it: nobody can be written to about it.',
  mixed: 'This report has parts of several installs: which one to write to is not known.',
  bad: 'A signature of this report does not fit. Who answers to a letter would not be who made it.',
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

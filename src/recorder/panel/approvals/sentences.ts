import type { ProposalView } from '../../../shared/protocol/proposals.js';
import { formatBytes, formatCount, formatDuration } from '../measures.js';

// What the panel says of support's proposals and of the audit log. What is promised here must be true of the host as it is.

const plural = (n: number, one: string, many: string): string => `${formatCount(n)} ${n === 1 ? one : many}`;

export const STATE_WORDS: Readonly<Record<ProposalView['state'], string>> = {
  pending: 'Waits for you',
  running: 'Running',
  denied: 'Denied',
  expired: 'Expired, not done',
  withdrawn: 'Taken back by support',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
  'timed-out': 'Took too long, stopped',
};

/** Of the audit log's kinds; one that is not here is told by its name. */
const AUDIT_WORDS: Readonly<Record<string, string>> = {
  'identity-made': 'This install got its keys',
  'letter-received': 'A message of support came',
  'letter-sent': 'A message to support was written',
  'letter-refused': 'A message was refused',
  'letter-dropped': 'A message was dropped',
  'technicians-accepted': 'A list of technicians was accepted',
  'technicians-refused': 'A list of technicians was refused',
  'live-invited': 'A technician asked for a live session',
  'live-invitation-refused': 'An invitation to a live session was not put before you',
  'live-accepted': 'You accepted a live session',
  'live-declined': 'You declined a live session',
  'live-begun': 'A live session was begun',
  'live-recording-begun': 'A live session began to be recorded',
  'live-recording-part': 'A part of a recorded live session was sent',
  'live-recording-lost': 'The rest of a recorded live session was not sent',
  'live-confirmed': 'You confirmed the four words',
  'live-words-differ': 'You said that the four words differ',
  'live-opened': 'The live session was open',
  'live-verified': 'A technician proved who they are',
  'live-refused': 'The other side did what it may not, and the live session was ended',
  'live-ended': 'The live session ended',
  'grant-asked': 'A technician asked to be allowed something',
  'grant-refused': 'Something was refused before you were asked',
  'grant-given': 'You allowed something',
  'grant-ended': 'Something was not allowed, or not any more',
  'command-proposed': 'Support asked for a command',
  'command-refused': 'A command was refused before you were asked',
  'command-approved': 'You approved a command',
  'command-denied': 'You denied a command',
  'command-expired': 'A command expired',
  'command-withdrawn': 'Support took a command back',
  'command-cancelled': 'A command was stopped',
  'command-ended': 'A command ended',
};

export function auditWords(kind: string): string {
  return AUDIT_WORDS[kind] ?? kind.replaceAll('-', ' ');
}

export const words = {
  heading: 'Requests of support',
  intro:
    'After you have sent a report, support can ask to look at something on this computer. Nothing is done unless you approve it here.',
  none: 'Support has asked for nothing.',
  loading: 'Asking the app…',
  pendingNotice: (n: number) =>
    n === 1 ? 'Support asks for your approval.' : `Support asks for your approval of ${formatCount(n)} things.`,
  waitingFor: 'waiting for you: ',
  look: 'Look at it',

  asks: (name: string, organisation: string) => `${name} of ${organisation} asks`,
  verified: 'Verified',
  verifiedHint: (organisation: string) =>
    `Signed with a key that the list of technicians of ${organisation} names. The makers of this app trust that list.`,
  about: (code: string) => `About your report ${code}`,
  aboutMoment: (time: string) => `and what happened at ${time}`,
  why: 'Why',
  does: 'What it does, exactly',
  found: 'What it would find now',
  looking: 'Looking…',
  values: 'With these values',
  validUntil: (time: string) =>
    `If you close this panel, it is denied. If you do nothing, it is denied by itself at ${time}.`,
  approve: 'Approve',
  deny: 'Deny',
  deciding: 'One moment…',

  running: 'Running since',
  stop: 'Stop it',
  stopping: 'Stopping…',
  output: 'What is sent to support',
  outputNone: 'Nothing so far.',
  outputTail: (lines: number) => `Only the last ${formatCount(lines)} lines are shown.`,
  outputSize: (lines: number, bytes: number) => `${plural(lines, 'line', 'lines')}, ${formatBytes(bytes)}`,
  truncated: 'There was more; it was cut off and not sent.',

  past: 'Earlier requests',
  took: (ms: number) => `took ${formatDuration(ms)}`,

  audit: 'Audit log',
  auditIntro:
    'Everything that support asked of this computer and what became of it. It is kept here only, and each line seals the one before it.',
  auditShow: 'Show the audit log',
  auditOlder: 'Show older',
  auditEmpty: 'Nothing is in it yet.',
  auditChanged: 'This line was changed after it was written.',
  auditTime: 'Time',
  auditWhat: 'What',
  auditFacts: 'Details',
} as const;

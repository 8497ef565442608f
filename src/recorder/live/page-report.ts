import type { LiveReport } from '../../shared/protocol/live-host.js';
import type { LiveState } from '../../live/publisher/publish.js';

/** What else is told of a connection. */
export type ReportExtras = Pick<LiveReport, 'text' | 'pasteCode' | 'quality' | 'video'>;

const MAX_NAME_LENGTH = 100;

/** What the host process is told of a connection. */
export function reportOf(state: LiveState, extras: ReportExtras): LiveReport {
  const { phase, words, hasOtherConfirmed, isResumed, otherName, isUnstable, error } = state;
  return {
    phase,
    ...(words === undefined ? {} : { words: [...words] }),
    hasOtherConfirmed,
    isResumed,
    ...(otherName === undefined ? {} : { otherName: otherName.slice(0, MAX_NAME_LENGTH) }),
    isUnstable,
    ...(error === undefined ? {} : { code: error.code }),
    ...extras,
  };
}

/** Of a session that this page has ended, or could not begin. */
export function endedReport(code: string): LiveReport {
  return { phase: 'ended', hasOtherConfirmed: false, isUnstable: false, code };
}

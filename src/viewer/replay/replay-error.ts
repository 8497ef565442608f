import { FluxionError } from '../../shared/errors.js';

export const REPLAY_ERROR_CODES = ['replay-failed', 'no-snapshot', 'not-prepared', 'replay-document-missing'] as const;
export type ReplayErrorCode = (typeof REPLAY_ERROR_CODES)[number];

const SENTENCES: Readonly<Record<ReplayErrorCode, string>> = {
  'replay-failed': 'This stretch of the recording cannot be shown as a page. Logs, network and errors are still there.',
  'no-snapshot':
    'This stretch of the recording lacks its beginning and cannot be shown as a page. Go to a later moment.',
  'not-prepared': 'The next stretch of the recording was not ready.',
  'replay-document-missing':
    'The replay could not be started. Reload the page; if it stays, the installation is incomplete.',
};

/** What goes wrong while a recorded page is built or shown. */
export class ReplayError extends FluxionError {
  declare readonly code: ReplayErrorCode;

  constructor(code: ReplayErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

import { FluxionError } from '../../../shared/errors.js';

// What the host process refuses about a live session. Why a connection did not come about says LiveError.
const SENTENCES = {
  'live-busy-here': 'A live session is going on already. End it before you begin another one.',
  'live-no-window': 'No window of the app is open that could be shown. Open one and try again.',
  'live-no-desk': 'No support server is set up, so there is no code. Pair by copying a text instead.',
  'live-gone': 'This live session has ended.',
  'live-not-open': 'The live session is not open, or this was not allowed in it.',
  'live-no-invitation': 'This invitation is no longer there: it was taken back, or is too old.',
  'live-words-changed': 'The words have changed meanwhile. Compare them again.',
  'live-report-gone':
    'The report that this session belongs to is not on the list any more, so nothing was added to it.',
  'grant-gone': 'This is not asked for any more.',
} as const;

export type LiveServiceErrorCode = keyof typeof SENTENCES;

export class LiveServiceError extends FluxionError {
  declare readonly code: LiveServiceErrorCode;

  constructor(code: LiveServiceErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

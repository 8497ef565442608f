import { FluxionError } from '../../shared/errors.js';

export const SOURCE_ERROR_CODES = ['offline', 'signed-out', 'not-found', 'changed', 'no-range', 'refused'] as const;
export type SourceErrorCode = (typeof SOURCE_ERROR_CODES)[number];

const SENTENCES: Readonly<Record<SourceErrorCode, string>> = {
  offline: 'The report cannot be reached. Check your connection, then try again.',
  'signed-out': 'You are signed out. Sign in, then open the report again.',
  'not-found': 'This recording is no longer there. It may have been deleted; look in the inbox.',
  changed: 'The file was replaced while it was read. Open it again.',
  'no-range': 'The server of this file can only send it whole. Download it and open it as a file.',
  refused: 'The server refuses to send this recording. Ask the person who runs the desk.',
};

/** What goes wrong between the viewer and the server of a bundle, not on account of the bundle's bytes. */
export class SourceError extends FluxionError {
  declare readonly code: SourceErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(code: SourceErrorCode, options: ErrorOptions & { readonly status?: number } = {}) {
    super(code, SENTENCES[code], options);
    this.status = options.status;
  }
}

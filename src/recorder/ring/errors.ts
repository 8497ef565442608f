import { FluxionError } from '../../shared/errors.js';

const SENTENCES = {
  'ring-full': 'There is no room left on the disk for the recording. It goes on when there is room again.',
  'ring-memory-only':
    "The recording cannot be kept on the disk. It is kept in memory and ends with this window. Restart the app; if it stays, check the disk's free space.",
  'ring-worker-died': 'The recorder stopped in the background. Reload the window to record again.',
  'ring-not-wiped': 'The recording could not be erased completely. Restart the app and wipe it again.',
  'ring-closed': 'The recording of this window has ended.',
} as const;
export type RingErrorCode = keyof typeof SENTENCES;

export class RingError extends FluxionError {
  declare readonly code: RingErrorCode;

  constructor(code: RingErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

import { FluxionError } from '../../../shared/errors.js';

const SENTENCES = {
  'screen-unsupported': 'This app cannot record a video of its window on this computer.',
  'screen-denied': 'The video was not begun: recording the window was not allowed.',
  'screen-not-own': 'The video was not begun: something else than this window was chosen. Choose this tab or window.',
  'screen-no-encoder': 'The video was ended: this computer cannot encode it.',
  'screen-not-recording': 'A video can be recorded once the recorder is running.',
  'screen-worker-died': 'The video was ended: its recorder stopped in the background.',
} as const;
export type ScreenErrorCode = keyof typeof SENTENCES;

export class ScreenError extends FluxionError {
  declare readonly code: ScreenErrorCode;

  constructor(code: ScreenErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

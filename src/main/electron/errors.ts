import { FluxionError } from '../../shared/errors.js';

// Every refusal of this room: its code, and the sentence that the customer (or the developer) reads.
const SENTENCES = {
  'not-electron': 'startElectronHost and registerSchemes are for Electron’s main process. In Node, use startWebHost.',
  'electron-ready': 'startElectronHost and registerSchemes must be called before the app’s `ready` event.',
  'schemes-registered': 'registerSchemes was called twice, or after startElectronHost. Call it once, before.',
  'scheme-taken': 'The scheme `fluxrec` belongs to the recorder. Give the app’s own scheme another name.',
  'sender-refused': 'The app does not let this page record. Add its origin to `origins` if it is one of the app’s own.',
  'panel-missing': 'Send Diagnostics could not be opened: a part of the app is missing. Install the app again.',
} as const;

export type ElectronHostErrorCode = keyof typeof SENTENCES;

export class ElectronHostError extends FluxionError {
  constructor(code: ElectronHostErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}

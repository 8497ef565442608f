// The public entry of a preload script (`fluxion-recorder/preload`), for a sandboxed window with context isolation.
import { RECORDER_BRIDGE } from '../shared/protocol/bridge.js';
import { exposeBridge } from './electron/expose-bridge.js';

/** The one call that an app adds to the preload script of each window that is to be recorded. */
export function exposeRecorder(): void {
  exposeBridge(RECORDER_BRIDGE);
}

import type { WebContents } from 'electron';
import { PANEL_BRIDGE, PANEL_ORIGIN } from '../../shared/protocol/bridge.js';
import { MAX_PANEL_REQUEST_BYTES, panelContract } from '../../shared/protocol/host.js';
import type { Host } from '../services/host.js';
import { answerCall, answerError } from './bridge-calls.js';
import { ElectronHostError } from './errors.js';
import { trustedFrame } from './senders.js';
import { listen, WindowDocuments } from './window-documents.js';

const ORIGINS = [PANEL_ORIGIN];

/**
 * The panel's half of the contract, on the panel's own contents: no other window has these channels, whatever its preload
 * sends. They go with the contents.
 */
export function openPanelChannel(contents: WebContents, host: Host): void {
  const channels = PANEL_BRIDGE.channels;
  const documents = new WindowDocuments();
  const panel = `panel-${contents.id}`;
  const maxBytes = (): number => MAX_PANEL_REQUEST_BYTES;

  contents.ipc.handle(channels.call, async (event, name: unknown, frame: unknown) => {
    if (trustedFrame(event, ORIGINS) === undefined) return answerError(new ElectronHostError('sender-refused'));
    return await answerCall(panelContract, host.panel, { name, frame, maxBytes }, { panel });
  });
  contents.ipc.handle(channels.listen, (event) => {
    const frame = trustedFrame(event, ORIGINS);
    if (frame === undefined) return false;
    const document = documents.of(event.sender);
    documents.name(document, panel);
    return listen(host.panels, document, frame, channels.event);
  });
}

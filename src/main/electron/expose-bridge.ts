import { contextBridge, ipcRenderer } from 'electron';
import type { BridgePlace, HostBridge } from '../../shared/protocol/bridge.js';

/**
 * Puts the bridge into the document: two functions over three channels. Nothing of Electron's goes with it, neither
 * `ipcRenderer` nor an event. Where it cannot, the console says why: the rest of the app's preload script goes on.
 */
export function exposeBridge({ channels, key }: BridgePlace): void {
  let hear: ((event: string, data: unknown) => void) | undefined;
  const bridge: HostBridge = {
    call: (name, frame) => ipcRenderer.invoke(channels.call, name, frame) as ReturnType<HostBridge['call']>,
    listen(listener) {
      hear = listener;
      return ipcRenderer.invoke(channels.listen) as ReturnType<HostBridge['listen']>;
    },
  };
  try {
    contextBridge.exposeInMainWorld(key, bridge);
  } catch (error) {
    // Without context isolation, or called by a second preload script of the same document.
    console.error('Fluxion Recorder has no bridge in this window, or has one already.', error);
    return;
  }
  ipcRenderer.on(channels.event, (_event, name: string, data: unknown) => {
    hear?.(name, data);
  });
}

import { contextBridge, ipcRenderer } from 'electron';
import type { BridgePlace, HostBridge } from '../../shared/protocol/bridge.js';

/**
 * Puts the bridge into the document: two functions over three channels. Nothing of Electron's goes with it, neither
 * `ipcRenderer` nor an event.
 */
export function exposeBridge({ channels, key }: BridgePlace): void {
  let hear: ((event: string, data: unknown) => void) | undefined;
  ipcRenderer.on(channels.event, (_event, name: string, data: unknown) => {
    hear?.(name, data);
  });
  const bridge: HostBridge = {
    call: (name, frame) => ipcRenderer.invoke(channels.call, name, frame) as ReturnType<HostBridge['call']>,
    listen(listener) {
      hear = listener;
      return ipcRenderer.invoke(channels.listen) as ReturnType<HostBridge['listen']>;
    },
  };
  contextBridge.exposeInMainWorld(key, bridge);
}

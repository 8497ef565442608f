// How the contracts of host.ts cross Electron's IPC: the same frames as over HTTP (frame.ts), through a bridge that a
// preload script puts into the document. Both ends, the preloads and the tests take the names from here.

/** The IPC channels of one contract. */
export interface BridgeChannels {
  /** Invoked with the method's name and a frame; answers a frame. */
  readonly call: string;
  /** Invoked once a document is ready for events; answers whether the host knows the document. */
  readonly listen: string;
  /** Sent to the document: the event's name and its payload. */
  readonly event: string;
}

export interface BridgePlace {
  readonly channels: BridgeChannels;
  /** The name of the bridge in the document's own world. */
  readonly key: string;
}

/** In the app's windows. */
export const RECORDER_BRIDGE = {
  channels: { call: 'fluxrec:recorder:call', listen: 'fluxrec:recorder:listen', event: 'fluxrec:recorder:event' },
  key: 'fluxrecRecorder',
} as const satisfies BridgePlace;

/** In the panel's window, and nowhere else. */
export const PANEL_BRIDGE = {
  channels: { call: 'fluxrec:panel:call', listen: 'fluxrec:panel:listen', event: 'fluxrec:panel:event' },
  key: 'fluxrecPanel',
} as const satisfies BridgePlace;

/** All that a document sees of the host: two functions, which take and give nothing but text, bytes and event payloads. */
export interface HostBridge {
  /** One call. Rejects only where the host process does not answer; its refusals are in the frame. */
  readonly call: (name: string, frame: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
  /** From now on events go to this listener, and to no earlier one. False: the host does not know this document. */
  readonly listen: (listener: (event: string, data: unknown) => void) => Promise<boolean>;
}

/** The panel's origin in Electron: a scheme of its own, served to the panel's session only. */
export const PANEL_SCHEME = 'fluxrec';
export const PANEL_ORIGIN = `${PANEL_SCHEME}://panel`;

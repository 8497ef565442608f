import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { RECORDER_BRIDGE } from '../../shared/protocol/bridge.js';
import type { Handlers } from '../../shared/protocol/contract.js';
import { maxRecorderRequestBytes, recorderContract, type RecorderContract } from '../../shared/protocol/host.js';
import type { Host } from '../services/host.js';
import type { RecorderCaller } from '../services/recorder-handlers.js';
import { answerCall, answerError } from './bridge-calls.js';
import { ElectronHostError } from './errors.js';
import { trustedFrame } from './senders.js';
import { listen, WindowDocuments, type WindowDocument } from './window-documents.js';

export interface RecorderChannelOptions {
  readonly ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>;
  readonly host: Promise<Host>;
  /** Of the app's own pages, as `WebFrameMain.origin` tells them. */
  readonly origins: readonly string[];
  /** A page of another origin tried to record. */
  readonly onRefused: (event: IpcMainInvokeEvent) => void;
}

interface WindowCaller extends RecorderCaller {
  readonly document: WindowDocument;
}

/** The recorder's half of the contract, for all of the app's windows. Returns the function that takes it back. */
export function openRecorderChannel(options: RecorderChannelOptions): () => void {
  const { ipcMain, host, origins, onRefused } = options;
  const channels = RECORDER_BRIDGE.channels;
  const documents = new WindowDocuments();
  const handlers = host.then((started) => frameHandlers(started, documents));
  handlers.catch(() => undefined); // Each call hears of it.

  ipcMain.handle(channels.call, async (event, name: unknown, frame: unknown) => {
    if (trustedFrame(event, origins) === undefined) {
      onRefused(event);
      return answerError(new ElectronHostError('sender-refused'));
    }
    const document = documents.of(event.sender);
    try {
      const asked = { name, frame, maxBytes: maxRecorderRequestBytes };
      return await answerCall(recorderContract, await handlers, asked, { document, source: document.key });
    } catch (error) {
      return answerError(error); // The host could not start.
    }
  });
  ipcMain.handle(channels.listen, async (event) => {
    const frame = trustedFrame(event, origins);
    if (frame === undefined) return false;
    const document = documents.of(event.sender);
    return listen((await host).windows, document, frame, channels.event);
  });
  return () => {
    ipcMain.removeHandler(channels.call);
    ipcMain.removeHandler(channels.listen);
  };
}

function frameHandlers(host: Host, documents: WindowDocuments): Handlers<RecorderContract, WindowCaller> {
  return {
    ...host.recorder,
    async hello(message, caller) {
      // The page tells a copied tab from one that was loaded again by a lock, for which it waits a second. Here it is seen.
      const window = caller.document.window.id ?? message.value.window;
      const said = { ...message, value: { ...message.value, window } };
      const { value, bytes } = await host.recorder.hello(said, caller);
      documents.name(caller.document, value.source, value.window);
      // Its frame is what the document is known by: the capability stays here.
      return { value: { ...value, capability: '' }, bytes };
    },
  };
}

import type { IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron';

type Sender = Pick<IpcMainInvokeEvent, 'sender' | 'senderFrame'>;

/**
 * The document that made a call, if it may: the main frame of its window, of one of these origins. Call it before anything is
 * awaited: `senderFrame` is null once the frame has navigated or is gone, and its origin is the one that it has now.
 */
export function trustedFrame({ sender, senderFrame }: Sender, origins: readonly string[]): WebFrameMain | undefined {
  if (senderFrame === null || !isOwnMainFrame(senderFrame, origins)) return undefined;
  return senderFrame.frameTreeNodeId === sender.mainFrame.frameTreeNodeId ? senderFrame : undefined;
}

/** Of Electron's `WebFrameMain`, what is asked about. */
export interface FrameLike {
  readonly parent: object | null;
  readonly detached: boolean;
  readonly origin: string;
  isDestroyed(): boolean;
}

export function isOwnMainFrame(frame: FrameLike, origins: readonly string[]): boolean {
  return !frame.isDestroyed() && !frame.detached && frame.parent === null && origins.includes(frame.origin);
}

/** Calls `gone` each time that the document of these contents ends: by another one, by a crash, by closing. */
export function onDocumentGone(contents: WebContents, gone: () => void): void {
  contents.on('did-navigate', gone);
  contents.on('did-fail-load', (_event, code, _description, _url, isMainFrame) => {
    // -3 (aborted): nothing took the document's place. Anything else did: an error page.
    if (isMainFrame && code !== -3) gone();
  });
  contents.on('render-process-gone', gone);
  contents.once('destroyed', gone);
}

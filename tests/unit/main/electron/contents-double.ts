import { EventEmitter } from 'node:events';
import type { IpcMainInvokeEvent, WebContents, WebFrameMain } from 'electron';

export interface FrameFacts {
  readonly origin?: string;
  readonly parent?: WebFrameMain | null;
  readonly node?: number;
  readonly detached?: boolean;
  readonly destroyed?: boolean;
}

/** Doubles of Electron's objects, as far as the senders' check sees them. Real pages are in tests/electron. */
export function frameDouble(facts: FrameFacts = {}): WebFrameMain & { readonly sent: unknown[][] } {
  const sent: unknown[][] = [];
  const frame = {
    origin: facts.origin ?? 'app://main',
    parent: facts.parent ?? null,
    frameTreeNodeId: facts.node ?? 1,
    detached: facts.detached ?? false,
    isDestroyed: () => facts.destroyed ?? false,
    send: (...values: unknown[]) => sent.push(values),
    sent,
  };
  return frame as unknown as WebFrameMain & { readonly sent: unknown[][] };
}

export function contentsDouble(mainFrame = frameDouble(), id = 7): WebContents & EventEmitter {
  const contents = Object.assign(new EventEmitter(), { id, mainFrame, isDestroyed: () => false });
  return contents as unknown as WebContents & EventEmitter;
}

export function eventOf(sender: WebContents, senderFrame: WebFrameMain | null): IpcMainInvokeEvent {
  return { sender, senderFrame } as IpcMainInvokeEvent;
}

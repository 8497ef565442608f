import type { WebContents, WebFrameMain } from 'electron';
import type { Contract } from '../../shared/protocol/contract.js';
import type { Audience, Tell } from '../services/audience.js';
import { onDocumentGone } from './senders.js';

/** Which of the session's windows it is, once a document of it was known. */
interface ShownWindow {
  id: string | undefined;
}

/** One document, from load to unload. */
export interface WindowDocument {
  /** The window that shows it, which stays the same when its page is loaded again. */
  readonly window: ShownWindow;
  /** Under which key it joins the audience, once the host knows it. */
  key: string | undefined;
  isGone: boolean;
  leave: (() => void) | undefined;
}

/**
 * Which document each window shows now. A document needs no secret to be known: the main process sees which frame speaks. What
 * comes late from a document that is gone belongs to nobody.
 */
export class WindowDocuments {
  readonly #shown = new Map<number, WindowDocument>();

  /** The document that these contents show now: to be asked before anything is awaited. */
  of(contents: WebContents): WindowDocument {
    const { id } = contents;
    const known = this.#shown.get(id);
    if (known !== undefined) return known;
    const window = { id: undefined };
    const first = newDocument(window);
    this.#shown.set(id, first);
    onDocumentGone(contents, () => {
      end(this.#shown.get(id));
      if (contents.isDestroyed()) this.#shown.delete(id);
      else this.#shown.set(id, newDocument(window));
    });
    return first;
  }

  /** The host knows the document under this key, and a window of its session under this id. */
  name(document: WindowDocument, key: string, window?: string): void {
    document.leave?.();
    document.leave = undefined;
    if (document.isGone) return;
    document.key = key;
    if (window !== undefined) document.window.id = window;
  }
}

/** Events of the audience go to this document from now on. False where the host does not know it. */
export function listen<C extends Contract>(
  audience: Audience<C>,
  document: WindowDocument,
  frame: WebFrameMain,
  channel: string,
): boolean {
  if (document.key === undefined || document.isGone) return false;
  document.leave?.();
  document.leave = audience.join(document.key, tellFrame(frame, channel));
  return true;
}

function newDocument(window: ShownWindow): WindowDocument {
  return { window, key: undefined, isGone: false, leave: undefined };
}

function end(document: WindowDocument | undefined): void {
  if (document === undefined) return;
  document.isGone = true;
  document.key = undefined;
  document.leave?.();
  document.leave = undefined;
}

function tellFrame<C extends Contract>(frame: WebFrameMain, channel: string): Tell<C> {
  return (event, data) => {
    try {
      frame.send(channel, event, data);
    } catch {
      // The frame went in this moment; that its document is gone is told by its contents.
    }
  };
}

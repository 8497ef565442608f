export interface FramePlace {
  /** Filled by the replay. */
  readonly target: HTMLElement;
  /** Where replay.html is, on this page's own origin. */
  readonly documentUrl: string;
  /**
   * An iframe of `documentUrl` that the page has already (in its HTML, so that it loads beside the page's own scripts). It
   * is moved into `target`; in a browser that cannot move a frame it loads again.
   */
  readonly frame?: HTMLIFrameElement;
}

/** Makes the frame of the replay document, or takes the one that is there, and puts it where it belongs. */
export function placeFrame({ target, documentUrl, frame: given }: FramePlace): HTMLIFrameElement {
  const frame = given ?? target.ownerDocument.createElement('iframe');
  frame.title = 'Replay of the recorded page';
  frame.referrerPolicy = 'no-referrer';
  // No sandbox on this one: it is our own script, and must read the frame within it. That frame has one (without scripts).
  frame.setAttribute('tabindex', '-1');
  frame.style.cssText = 'border:0;width:100%;height:100%;display:block';
  if (given === undefined) frame.src = documentUrl;
  // `moveBefore` (not in every browser yet) keeps a frame's document; `append` starts it anew.
  if (target.isConnected && frame.isConnected && 'moveBefore' in target) target.moveBefore(frame, null);
  else target.append(frame);
  return frame;
}

/** Calls back once the frame's own document is there with its scripts run; a new frame has an empty one first. */
export function whenLoaded(frame: HTMLIFrameElement, then: () => void): void {
  const { contentDocument } = frame;
  if (contentDocument?.readyState === 'complete' && contentDocument.URL !== 'about:blank') then();
  else frame.addEventListener('load', then, { once: true });
}

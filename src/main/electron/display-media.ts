import { isOwnMainFrame, type FrameLike } from './senders.js';

/** Electron's request, as far as it is asked about. Spelled out for an app whose compiler does not know Electron. */
export interface DisplayMediaRequest<F extends FrameLike> {
  readonly frame: F | null;
  readonly videoRequested: boolean;
  readonly audioRequested: boolean;
  readonly userGesture: boolean;
}

/**
 * The picture of its own window for a page of the app's that asks for one after a gesture; null for a frame in a page, another
 * origin, or with sound. The very frame that asked is the answer: what the page masks is then where the page says it is, and no other
 * window or screen can come into the picture. No permission of the system is needed for it.
 */
export function displayMediaFor<F extends FrameLike>(
  request: DisplayMediaRequest<F>,
  origins: readonly string[],
): { video: F } | null {
  // Read once: it is null when the frame has navigated.
  const { frame, videoRequested, audioRequested, userGesture } = request;
  if (frame === null || !isOwnMainFrame(frame, origins)) return null;
  return videoRequested && !audioRequested && userGesture ? { video: frame } : null;
}

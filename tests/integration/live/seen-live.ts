import type { GrantKind } from '../../../src/shared/protocol/live-grants.js';
import type { DecodedFrame } from '../screen/recorded-video.js';

// What the page of tests/browser/screen/live-video-page.ts does and answers, for the tests that drive it.

export interface SeenLive {
  readonly frames: readonly Omit<DecodedFrame, 'atMs' | 'durationMs'>[];
  /** JSON of all messages of the dom stream. */
  readonly dom: string;
  /** JSON of the messages of the control channel. */
  readonly told: readonly string[];
}

export interface LiveVideoPage {
  /** A session between this page and a technician's end in it. */
  open(): Promise<void>;
  allow(kinds: readonly GrantKind[]): void;
  /** The video is on, and a first frame of it has come. */
  isOn(): boolean;
  seen(): Promise<SeenLive>;
}

declare global {
  var liveVideoPage: LiveVideoPage;
}

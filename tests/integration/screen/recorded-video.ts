import type { LaneEvent } from '../../../src/shared/session/lane.js';
import type { Segment } from '../../../src/shared/session/segment.js';

// What the page of tests/browser/screen/screen-page.ts does and answers, for the tests that drive it.

export interface DecodedFrame {
  /** Since its file's time 0. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly width: number;
  readonly height: number;
  /** Pixels in the colours of what is masked, and of what is not. */
  readonly masked: number;
  readonly shown: number;
}

export interface DecodedFile {
  readonly segment: Segment;
  readonly codec: string | null;
  readonly durationMs: number;
  readonly frames: readonly DecodedFrame[];
}

export interface RecordedVideo {
  readonly files: readonly DecodedFile[];
  readonly events: readonly LaneEvent[];
}

export interface ScreenPage {
  /** Scrolls by so many px a frame, up and down. */
  scroll(ms: number, px: number): Promise<void>;
  /** A masked field glides over the page, by the compositor. */
  animate(isOn: boolean): void;
  /** Types into a masked field what the page then shows in many other places, all magenta, and goes on showing it there. */
  echo(ms: number): Promise<void>;
  /** The page's thread does nothing else, again and again. */
  block(ms: number, eachMs: number): Promise<void>;
  /** A small part of the page changes ten times a second. */
  tick(isOn: boolean): void;
  /** All that was recorded, handed over now. */
  recorded(): Promise<RecordedVideo>;
  wipe(): Promise<void>;
  setPaused(paused: boolean): void;
  stop(): Promise<void>;
  /** Pixels of a screenshot. */
  screenshot(): Promise<Omit<DecodedFrame, 'atMs' | 'durationMs'> | undefined>;
  /** How often the browser was asked for a capture. */
  readonly asked: number;
  /** Of what the browser will give when it is asked next. */
  answerWith(answer: 'denial' | 'another surface'): void;
  /** The browser takes the capture away. */
  endCapture(): void;
  readonly screen: string;
  readonly state: string;
}

declare global {
  var screenPage: ScreenPage;
}

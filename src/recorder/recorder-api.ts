import type { HostPort } from '../shared/protocol/contract.js';
import type { PanelView, RecorderContract, RecordingState, ScreenSurface } from '../shared/protocol/host.js';
import type { LogLevel } from '../shared/session/lane.js';
import type { AppLane } from '../shared/session/own-lanes.js';
import type { ScreenState } from './lanes/screen/screen-control.js';
import type { MaskOptions } from './masking/selectors.js';

// What an app has of the recorder.

export type { PanelView };

/** The recorder of one document. None of its functions throws, and no promise of it rejects. */
export interface Recorder {
  /** `stopped` after `stop()`; all others are what the customer is told as well. */
  readonly state: RecordingState | 'stopped';
  readonly isPanelOpen: boolean;
  /** So many of support's requests wait for the customer's word, in the panel's view `approvals`. */
  readonly pendingRequests: number;
  /** Whether a video of the screen is being recorded, or why not. */
  readonly screen: ScreenState;
  /**
   * Begins a video, which is recorded like everything else and sent like everything else: of this window with what is masked
   * painted over (`app`), or of a screen that the customer chooses, as it is (`screen`). Call it right after a gesture: the
   * browser asks the customer. It resolves when it is on or known why not.
   */
  startScreen(options?: { readonly surface?: ScreenSurface }): Promise<void>;
  stopScreen(): Promise<void>;
  /** A PNG of this window, masked as the video is, to be called right after a gesture. It is given to you and not recorded. */
  screenshot(): Promise<Blob | undefined>;
  /** Shows the panel. It resolves when the panel is there, or a sentence that says why not. */
  openPanel(view?: PanelView): Promise<void>;
  /** This window only. What happens while it is paused is not kept. */
  setPaused(paused: boolean): void;
  /** Writes a line to the log lane, for a logger of the app that does not write to the console. */
  log(level: LogLevel, message: string, ...args: unknown[]): void;
  /** `log` under another name than `app`: one for each logger of the app, for the transport of a logging library. */
  logger(name: string): (level: LogLevel, message: string, ...args: unknown[]) => void;
  /**
   * A lane of the app's own. `name`: lower-case words of letters and digits with `-` between (`print-queue`), 28 characters at
   * most; 16 lanes at most. What is recorded there is masked, kept, sent and shown like everything else; customers read the name
   * in the panel and can leave the lane out. A name that cannot be used records nothing, and the recording says so.
   */
  lane(name: string): AppLane;
  /** Called after each change of `state`, `screen`, `pendingRequests` or `isPanelOpen`. Answers how to stop listening. */
  onChange(listener: () => void): () => void;
  /** Ends recording in this document for good. What was recorded stays until it is too old. */
  stop(): void;
}

export interface RecorderOptions {
  /** Where the host serves the recorder on the app's origin. */
  readonly basePath?: string;
  /** @internal The way to the host, if it is neither HTTP nor Electron's IPC. */
  readonly host?: HostPort<RecorderContract>;
  /** Selectors for masking, beside the attributes data-fluxrec-mask, -unmask and -block. */
  readonly mask?: MaskOptions;
  /** Opens the panel: `Mod+Shift+D` by default (Mod is Ctrl, on a Mac Cmd); false for none. */
  readonly hotkey?: string | false;
  /** The name under which `log()` writes: `app` by default. */
  readonly logger?: string;
}

import type { Signal } from '../../shared/protocol/live.js';
import type { LiveError } from '../../shared/protocol/live-errors.js';

export interface SignalingListener {
  /** The other side is there and hears what is sent from now on; again when it has come back. */
  joined(): void;
  /** What it said. Whoever carries it may have written, changed, repeated or held back any of it. */
  signal(signal: Signal): void;
  /** Nothing more comes. What is connected does not need it any more. */
  failed(error: LiveError): void;
}

/** How two sides find each other: by a relay and a code, by letters, or by two texts that people copy. */
export interface Signaling {
  /** Candidates may follow one by one; otherwise a description carries them all. */
  readonly isTrickling: boolean;
  /** How long the other side may take for its description, from when we have told ours. */
  readonly answerMs: number;
  /** How long it may take until the other side has our answer: somebody may have to carry it. */
  readonly deliveryMs: number;
  /** Who the other side is, where that was proven by its key. */
  readonly verifiedName?: string | undefined;
  /** Starts; called once. */
  listen(listener: SignalingListener): void;
  send(signal: Signal): void;
  /**
   * The connection between the two sides was lost, and perhaps the one to whoever carries signals with it: makes it anew. `joined` follows
   * when the other side is there. Absent where nobody carries anything any more.
   */
  again?(): void;
  /** Ends without a word; calling it again does nothing. */
  close(): void;
}

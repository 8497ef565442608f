import type { LiveError } from '../shared/protocol/live-errors.js';
import type { DataChannelName, SessionMessage } from './attempt.js';
import type { ChannelData } from './channel.js';
import type { ConnectionOptions } from './connection.js';
import type { TimedPhase } from './phases.js';
import type { Signaling } from './signaling/signaling.js';

export type LivePhase = TimedPhase | 'waiting' | 'comparing' | 'open' | 'reconnecting' | 'ended';

export interface LiveState {
  /**
   * `waiting`: for the other side to come. `comparing`: the people compare the words. `reconnecting`: the connection was lost, and both
   * sides look for each other again; whatever was granted is over. `open` follows, or `comparing` where the other program is another one.
   */
  readonly phase: LivePhase;
  /** Open again without new words: at both ends are the certificates whose words were confirmed. */
  readonly isResumed: boolean;
  readonly words?: readonly string[] | undefined;
  readonly hasConfirmed: boolean;
  readonly hasOtherConfirmed: boolean;
  /** What the other person calls themselves. */
  readonly otherName?: string | undefined;
  /** Who the other person is by their key. */
  readonly verifiedName?: string | undefined;
  /** Open, but nothing comes through now. */
  readonly isUnstable: boolean;
  /** Why it has ended; `live-closed`: by us. */
  readonly error?: LiveError | undefined;
}

export interface LiveEvents {
  state(state: LiveState): void;
  /** These three only while the session is open. */
  control(message: SessionMessage): void;
  message(channel: DataChannelName, data: ChannelData): void;
  track(track: MediaStreamTrack, stream: MediaStream): void;
}

export interface LiveOptions extends Omit<ConnectionOptions, 'isTrickling'> {
  readonly signaling: Signaling;
  /** How this person is shown to the other one. */
  readonly name?: string;
  /** How long a lost connection is searched for. */
  readonly reconnectMs?: number;
}

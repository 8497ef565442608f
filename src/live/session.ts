import type { ByeReason } from '../shared/protocol/live.js';
import { LiveError } from '../shared/protocol/live-errors.js';
import type { Attempt, DataChannelName, SessionMessage } from './attempt.js';
import type { Channel } from './channel.js';
import type { LiveEvents, LiveOptions, LivePhase, LiveState } from './live-state.js';
import { Meeting } from './meeting.js';
import type { Quality } from './quality.js';

/** One live session from the first word to the last, for either side. Nothing passes before both people have confirmed the words. */
export class LiveSession {
  readonly #options: LiveOptions;
  readonly #events: LiveEvents;
  readonly #meeting: Meeting;
  #error: LiveError | undefined;

  constructor(options: LiveOptions, events: LiveEvents) {
    this.#options = options;
    this.#events = events;
    this.#meeting = new Meeting(options, {
      changed: () => {
        this.#tell();
      },
      control: (message) => {
        events.control(message);
      },
      message: (channel, data) => {
        events.message(channel, data);
      },
      track: (track, stream) => {
        events.track(track, stream);
      },
      end: (error) => {
        void this.#finish(error);
      },
    });
  }

  get state(): LiveState {
    const { attempt } = this.#meeting;
    const gate = attempt?.gate;
    return {
      phase: this.#phase(),
      isResumed: attempt?.isOpen === true && attempt.isResumed,
      words: gate?.words,
      hasConfirmed: gate?.hasConfirmed ?? false,
      hasOtherConfirmed: gate?.hasOtherConfirmed ?? false,
      otherName: gate?.otherName,
      verifiedName: this.#options.signaling.verifiedName,
      isUnstable: attempt?.isUnstable ?? false,
      error: this.#error,
    };
  }

  /** The words are the same on both sides. */
  confirm(): void {
    this.#meeting.confirm();
  }

  /** They are not: the session ends, and both sides are told why. */
  async wordsDiffer(): Promise<void> {
    await this.#finish(new LiveError('live-words-differ'), 'words-differ');
  }

  /** Says so to the other side and ends; calling it again does nothing. */
  async end(): Promise<void> {
    await this.#finish(new LiveError('live-closed'), 'ended');
  }

  /**
   * The page goes, perhaps to come back: the other side is told, and looks for whoever comes next by the same signaling. At once, as
   * nothing is awaited in `pagehide`.
   */
  leave(): void {
    if (this.#error !== undefined) return;
    this.#error = new LiveError('live-closed');
    this.#meeting.stop();
    void this.#meeting.attempt?.close('leaving');
    this.#options.signaling.close();
    this.#tell();
  }

  /** Of the open session. Throws `live-closed` before and after. */
  channel(name: DataChannelName): Channel {
    return this.#open().connection.channel(name);
  }

  send(message: SessionMessage): void {
    this.#open().send(message);
  }

  /** The publisher's audio and video: its codecs may be chosen before this turn of the event loop ends. */
  addTrack(track: MediaStreamTrack, stream: MediaStream): RTCRtpTransceiver | undefined {
    return this.#open().connection.addTrack(track, stream);
  }

  removeTrack(track: MediaStreamTrack, stream: MediaStream): void {
    this.#open().connection.removeTrack(track, stream);
  }

  /** Rejects with `live-closed` where there is no connection. */
  async quality(): Promise<Quality> {
    const { attempt } = this.#meeting;
    if (attempt === undefined) throw new LiveError('live-closed');
    return await attempt.connection.quality();
  }

  #open(): Attempt {
    const { attempt } = this.#meeting;
    if (attempt?.isOpen !== true) throw new LiveError('live-closed');
    return attempt;
  }

  #phase(): LivePhase {
    const { attempt } = this.#meeting;
    if (this.#error !== undefined) return 'ended';
    if (attempt === undefined) return 'waiting';
    if (attempt.isOpen) return 'open';
    if (this.#meeting.isReconnecting) return 'reconnecting';
    const { phase } = attempt.connection;
    if (phase === 'closed') return 'ended';
    if (phase !== 'open') return phase;
    return attempt.gate?.words === undefined ? 'channels' : 'comparing';
  }

  async #finish(error: LiveError, reason: ByeReason = 'failed'): Promise<void> {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#meeting.stop();
    const { signaling } = this.#options;
    // Who is not connected hears it by signaling.
    if (!this.#meeting.isConnected)
      signaling.send({ kind: 'end', ...(error.code === 'live-closed' ? {} : { code: error.code }) });
    this.#tell();
    await this.#meeting.attempt?.close(reason);
    signaling.close();
  }

  #tell(): void {
    this.#events.state(this.state);
  }
}

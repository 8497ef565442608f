import { LIVE_VERSION, type ByeReason, type Signal } from '../shared/protocol/live.js';
import { isLiveErrorCode, LiveError } from '../shared/protocol/live-errors.js';
import { Attempt, type DataChannelName, type SessionMessage } from './attempt.js';
import type { Channel, ChannelData } from './channel.js';
import type { ConnectionOptions } from './connection.js';
import { DEADLINES, type TimedPhase } from './phases.js';
import type { Quality } from './quality.js';
import type { Signaling } from './signaling/signaling.js';

export type LivePhase = TimedPhase | 'waiting' | 'comparing' | 'open' | 'ended';

export interface LiveState {
  /** `waiting`: for the other side to come. `comparing`: the people compare the words. */
  readonly phase: LivePhase;
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
}

/** Offers in one session: whoever carries them could make us begin anew for ever. */
const MAX_ATTEMPTS = 20;

/** One live session from the first word to the last, for either side. Nothing passes before both people have confirmed the words. */
export class LiveSession {
  readonly #options: LiveOptions;
  readonly #events: LiveEvents;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #error: LiveError | undefined;

  constructor(options: LiveOptions, events: LiveEvents) {
    this.#options = options;
    this.#events = events;
    options.signaling.listen({
      joined: () => {
        this.#guarded(() => {
          if (options.role === 'publisher' && !this.#isConnected) this.#begin();
        });
      },
      signal: (signal) => {
        this.#guarded(() => {
          this.#receive(signal);
        });
      },
      failed: (error) => {
        // Candidates go on for a while without it; a description that was not delivered does not come by itself.
        if (this.#attempt === undefined || this.#attempt.connection.phase === 'signaling') void this.#finish(error);
      },
    });
  }

  get state(): LiveState {
    const attempt = this.#attempt;
    const gate = attempt?.gate;
    return {
      phase: this.#phase(),
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
    this.#attempt?.confirm();
  }

  /** They are not: the session ends, and both sides are told why. */
  async wordsDiffer(): Promise<void> {
    await this.#finish(new LiveError('live-words-differ'), 'words-differ');
  }

  /** Says so to the other side and ends; calling it again does nothing. */
  async end(): Promise<void> {
    await this.#finish(new LiveError('live-closed'), 'ended');
  }

  /** Of the open session. Throws `live-closed` before and after. */
  channel(name: DataChannelName): Channel {
    return this.#open().connection.channel(name);
  }

  send(message: SessionMessage): void {
    this.#open().send(message);
  }

  /** The publisher's audio and video; answers the track's sender. */
  addTrack(track: MediaStreamTrack, stream: MediaStream): RTCRtpSender | undefined {
    return this.#open().connection.addTrack(track, stream);
  }

  removeTrack(track: MediaStreamTrack, stream: MediaStream): void {
    this.#open().connection.removeTrack(track, stream);
  }

  /** Rejects with `live-closed` where there is no connection. */
  async quality(): Promise<Quality> {
    if (this.#attempt === undefined) throw new LiveError('live-closed');
    return await this.#attempt.connection.quality();
  }

  get #isConnected(): boolean {
    return this.#attempt?.connection.phase === 'open' || this.#attempt?.connection.phase === 'channels';
  }

  #open(): Attempt {
    if (this.#attempt?.isOpen !== true) throw new LiveError('live-closed');
    return this.#attempt;
  }

  #phase(): LivePhase {
    if (this.#error !== undefined) return 'ended';
    if (this.#attempt === undefined) return 'waiting';
    if (this.#attempt.isOpen) return 'open';
    const { phase } = this.#attempt.connection;
    if (phase === 'closed') return 'ended';
    if (phase !== 'open') return phase;
    return this.#attempt.gate?.words === undefined ? 'channels' : 'comparing';
  }

  #begin(offer?: Extract<Signal, { kind: 'offer' }>): void {
    this.#attempts += 1;
    if (this.#attempts > MAX_ATTEMPTS) throw new LiveError('live-flooded');
    void this.#attempt?.close('failed');
    const { signaling, role, servers, certificate, transportPolicy, deadlines, name } = this.#options;
    const deliveryMs = role === 'subscriber' ? signaling.deliveryMs : 0;
    const attempt = new Attempt(
      {
        role,
        servers,
        certificate,
        transportPolicy,
        name,
        isTrickling: signaling.isTrickling,
        deadlines: {
          signaling: DEADLINES.signaling + (role === 'publisher' ? signaling.answerMs : 0),
          routing: DEADLINES.routing + deliveryMs,
          // The publisher's browser answers ICE before it has our answer, so that the way may be there early.
          securing: DEADLINES.securing + deliveryMs,
          ...deadlines,
        },
        ...(offer === undefined ? {} : { offer }),
      },
      {
        signal: (signal) => {
          signaling.send(signal);
        },
        changed: () => {
          this.#tell();
        },
        control: (message) => {
          this.#events.control(message);
        },
        message: (channel, data) => {
          this.#events.message(channel, data);
        },
        track: (track, stream) => {
          this.#events.track(track, stream);
        },
        end: (error) => {
          if (this.#attempt === attempt) void this.#finish(error);
        },
      },
    );
    this.#attempt = attempt;
    this.#tell();
  }

  /** By signaling, so from anybody. What belongs to another offer, or comes when all is said, is ignored. */
  #receive(signal: Signal): void {
    if (this.#error !== undefined || this.#isConnected) return;
    const { role } = this.#options;
    const attempt = this.#attempt;
    if (signal.kind === 'end') {
      const { code = '' } = signal;
      // Both sides show the same cause.
      void this.#finish(new LiveError(isLiveErrorCode(code) ? code : 'live-declined'));
    } else if (signal.kind === 'offer') {
      if (role !== 'subscriber') return;
      if (signal.v !== LIVE_VERSION) throw new LiveError('live-version');
      if (signal.offer !== attempt?.id) this.#begin(signal);
    } else if (signal.offer !== attempt?.id) return;
    else if (signal.kind === 'candidate') attempt.connection.addCandidate(signal.candidate);
    else if (role === 'publisher') attempt.connection.receive(signal.description);
  }

  #guarded(act: () => void): void {
    if (this.#error !== undefined) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      void this.#finish(error);
    }
  }

  async #finish(error: LiveError, reason: ByeReason = 'failed'): Promise<void> {
    if (this.#error !== undefined) return;
    this.#error = error;
    const { signaling } = this.#options;
    // Who is not connected hears it by signaling.
    if (!this.#isConnected)
      signaling.send({ kind: 'end', ...(error.code === 'live-closed' ? {} : { code: error.code }) });
    this.#tell();
    await this.#attempt?.close(reason);
    signaling.close();
  }

  #tell(): void {
    this.#events.state(this.state);
  }
}

import { LIVE_VERSION, type ByeReason, type Candidate, type Signal } from '../shared/protocol/live.js';
import { isLiveErrorCode, LiveError } from '../shared/protocol/live-errors.js';
import { Attempt, type ConfirmedPair, type DataChannelName, type SessionMessage } from './attempt.js';
import type { Channel } from './channel.js';
import type { LiveEvents, LiveOptions, LivePhase, LiveState } from './live-state.js';
import { DEADLINES } from './phases.js';
import type { Quality } from './quality.js';
import { makeCertificate } from './peer.js';
import { isPassing, RECONNECT_MS, Reconnection } from './reconnection.js';
import { LaterOffer, type OfferSignal } from './later-offer.js';

/** Offers until a session is open (again): whoever carries them could make us begin anew for ever. */
const MAX_ATTEMPTS = 20;
/** Where signaling cannot help (two texts), how long the way itself may take to come back. */
const SAME_WAY_MS = 60_000;
/** The other side is heard of anew while nothing comes through: so long the connection may still come back by itself. */
const GRACE_MS = 5000;

/** One live session from the first word to the last, for either side. Nothing passes before both people have confirmed the words. */
export class LiveSession {
  readonly #options: LiveOptions;
  readonly #events: LiveEvents;
  readonly #later = new LaterOffer();
  /** What signaling told before there was a certificate, in its order. */
  #early: (() => void)[] | undefined = [];
  #certificate: RTCCertificate | undefined;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #confirmed: ConfirmedPair | undefined;
  #reconnection: Reconnection | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #hasNoSignaling = false;
  #error: LiveError | undefined;

  constructor(options: LiveOptions, events: LiveEvents) {
    this.#options = options;
    this.#events = events;
    void this.#prepare();
    options.signaling.listen({
      joined: () => {
        this.#inOrder(() => {
          this.#join();
        });
      },
      signal: (signal) => {
        this.#inOrder(() => {
          this.#receive(signal);
        });
      },
      failed: (error) => {
        this.#inOrder(() => {
          this.#hasNoSignaling = true;
          // Candidates go on for a while without it; a description that was not delivered does not come by itself.
          if (this.#attempt === undefined || this.#attempt.connection.phase === 'signaling') void this.#finish(error);
        });
      },
    });
  }

  get state(): LiveState {
    const attempt = this.#attempt;
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
    const attempt = this.#attempt;
    attempt?.confirm();
    const pair = attempt?.connection.fingerprints;
    if (pair !== undefined && attempt?.gate?.hasConfirmed === true) this.#confirmed = pair;
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
    this.#stop();
    void this.#attempt?.close('leaving');
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
    if (this.#reconnection !== undefined) return 'reconnecting';
    const { phase } = this.#attempt.connection;
    if (phase === 'closed') return 'ended';
    if (phase !== 'open') return phase;
    return this.#attempt.gate?.words === undefined ? 'channels' : 'comparing';
  }

  async #prepare(): Promise<void> {
    const { certificate } = this.#options;
    try {
      this.#certificate = certificate ?? (await makeCertificate());
    } catch (cause) {
      void this.#finish(new LiveError('live-unsupported', { cause }));
    }
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const act of early) this.#guarded(act);
  }

  #inOrder(act: () => void): void {
    if (this.#early === undefined) this.#guarded(act);
    else this.#early.push(act);
  }

  /** The other side hears what is sent from now on. Only the publisher has something to say. */
  #join(): void {
    if (this.#options.role !== 'publisher') return;
    const attempt = this.#attempt;
    if (!this.#isConnected) this.#begin();
    else if (attempt?.isUnstable === true) {
      clearTimeout(this.#grace);
      this.#grace = setTimeout(() => {
        if (this.#attempt !== attempt || !attempt.isUnstable) return;
        this.#guarded(() => {
          this.#begin();
        });
      }, GRACE_MS);
    }
  }

  #begin(offer?: OfferSignal, candidates: readonly Candidate[] = []): void {
    this.#attempts += 1;
    if (this.#attempts > MAX_ATTEMPTS) throw new LiveError('live-flooded');
    if (this.#attempt?.gate !== undefined) this.#startReconnecting();
    // Without a farewell: the other side begins anew, too.
    void this.#attempt?.close();
    const { signaling, role, servers, transportPolicy, deadlines, name } = this.#options;
    const deliveryMs = role === 'subscriber' ? signaling.deliveryMs : 0;
    const attempt = new Attempt(
      {
        role,
        servers,
        certificate: this.#certificate,
        transportPolicy,
        name,
        confirmed: this.#confirmed,
        isTrickling: signaling.isTrickling,
        lossPatienceMs: signaling.again === undefined ? SAME_WAY_MS : 0,
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
          if (this.#attempt === attempt) this.#change(attempt);
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
          if (this.#attempt === attempt) this.#lose(attempt, error);
        },
      },
    );
    this.#attempt = attempt;
    for (const candidate of candidates) attempt.connection.addCandidate(candidate);
    this.#tell();
  }

  /** Something about the attempt is another now. */
  #change(attempt: Attempt): void {
    if (attempt.isOpen) this.#attempts = 0;
    // A person is needed again where the words are not those of certificates that were confirmed.
    const isForPeople = attempt.gate?.words !== undefined && !attempt.isResumed;
    if (attempt.isOpen || isForPeople) this.#stopReconnecting();
    this.#tell();
    if (attempt.isUnstable) this.#takeLaterOffer();
  }

  #lose(attempt: Attempt, error: LiveError): void {
    const wasConnected = attempt.gate !== undefined && error.code === 'live-lost';
    const isInVain = this.#reconnection !== undefined && isPassing(error.code);
    const { signaling } = this.#options;
    if (!(wasConnected || isInVain) || signaling.again === undefined || this.#hasNoSignaling) {
      void this.#finish(error);
      return;
    }
    const isFirst = this.#reconnection === undefined;
    this.#startReconnecting();
    this.#tell();
    if (this.#takeLaterOffer()) return;
    if (isFirst) signaling.again();
    else if (this.#options.role === 'publisher') this.#reconnection?.again();
  }

  #startReconnecting(): void {
    this.#reconnection ??= new Reconnection(
      () => this.#options.signaling.again?.(),
      () => void this.#finish(new LiveError('live-lost')),
      this.#options.reconnectMs ?? RECONNECT_MS,
    );
  }

  #stopReconnecting(): void {
    this.#reconnection?.stop();
    this.#reconnection = undefined;
  }

  #takeLaterOffer(): boolean {
    const later = this.#later.take();
    if (later === undefined) return false;
    this.#guarded(() => {
      this.#begin(later.signal, later.candidates);
    });
    return true;
  }

  /** By signaling, so from anybody. What belongs to another offer, or comes when all is said, is ignored. */
  #receive(signal: Signal): void {
    const { role } = this.#options;
    const attempt = this.#attempt;
    if (signal.kind === 'offer' && signal.offer === attempt?.id) return;
    if (this.#isConnected && attempt?.isUnstable !== true) {
      if (role === 'subscriber') this.#later.keep(signal);
      return;
    }
    if (signal.kind === 'end') {
      if (this.#isConnected) return;
      const { code = '' } = signal;
      // Both sides show the same cause.
      void this.#finish(
        new LiveError(isLiveErrorCode(code) ? code : this.#reconnection ? 'live-ended' : 'live-declined'),
      );
    } else if (signal.kind === 'offer') {
      if (role !== 'subscriber') return;
      if (signal.v !== LIVE_VERSION) throw new LiveError('live-version');
      this.#begin(signal);
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
    this.#stop();
    const { signaling } = this.#options;
    // Who is not connected hears it by signaling.
    if (!this.#isConnected)
      signaling.send({ kind: 'end', ...(error.code === 'live-closed' ? {} : { code: error.code }) });
    this.#tell();
    await this.#attempt?.close(reason);
    signaling.close();
  }

  #stop(): void {
    clearTimeout(this.#grace);
    this.#stopReconnecting();
  }

  #tell(): void {
    this.#events.state(this.state);
  }
}

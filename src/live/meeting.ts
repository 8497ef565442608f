import { LIVE_VERSION, type Candidate, type Signal } from '../shared/protocol/live.js';
import { isLiveErrorCode, LiveError } from '../shared/protocol/live-errors.js';
import { Attempt, type AttemptEvents, type ConfirmedPair } from './attempt.js';
import { LaterOffer, type OfferSignal } from './later-offer.js';
import type { LiveOptions } from './live-state.js';
import { makeCertificate } from './peer.js';
import { DEADLINES, type Deadlines } from './phases.js';
import { isPassing, RECONNECT_MS, Reconnection } from './reconnection.js';

/** `end`: nothing more comes; for this reason. */
export type MeetingEvents = Omit<AttemptEvents, 'signal'>;

/** Offers until a session is open (again): whoever carries them could make us begin anew for ever. */
const MAX_ATTEMPTS = 20;
/** Where signaling cannot help (two texts), how long the way itself may take to come back. */
const SAME_WAY_MS = 60_000;
/** The other side is heard of anew while nothing comes through: so long the connection may still come back by itself. */
const GRACE_MS = 5000;

/** How the two sides come together by their signaling, and together again when the connection is lost: one attempt after the other. */
export class Meeting {
  readonly #options: LiveOptions;
  readonly #events: MeetingEvents;
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
  #isOver = false;

  constructor(options: LiveOptions, events: MeetingEvents) {
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
          if (this.#attempt === undefined || this.#attempt.connection.phase === 'signaling') throw error;
        });
      },
    });
  }

  /** The one at hand. */
  get attempt(): Attempt | undefined {
    return this.#attempt;
  }

  get isReconnecting(): boolean {
    return this.#reconnection !== undefined;
  }

  /** What is said by the connection reaches the other side. */
  get isConnected(): boolean {
    return this.#attempt?.connection.phase === 'open' || this.#attempt?.connection.phase === 'channels';
  }

  /** The person has compared the words: for these two certificates that is done. */
  confirm(): void {
    const attempt = this.#attempt;
    attempt?.confirm();
    const pair = attempt?.connection.fingerprints;
    if (pair !== undefined && attempt?.gate?.hasConfirmed === true) this.#confirmed = pair;
  }

  /** No more attempts; the one at hand is the caller's to close. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#grace);
    this.#stopReconnecting();
  }

  async #prepare(): Promise<void> {
    try {
      this.#certificate = this.#options.certificate ?? (await makeCertificate());
    } catch (cause) {
      this.#end(new LiveError('live-unsupported', { cause }));
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
    if (!this.isConnected) this.#begin();
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
    const { signaling, role, servers, transportPolicy, name } = this.#options;
    const { control, message, track } = this.#events;
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
        deadlines: this.#deadlines(),
        ...(offer === undefined ? {} : { offer }),
      },
      {
        signal: (signal) => {
          signaling.send(signal);
        },
        changed: () => {
          if (this.#attempt === attempt) this.#change(attempt);
        },
        control,
        message,
        track,
        end: (error) => {
          if (this.#attempt === attempt) this.#lose(attempt, error);
        },
      },
    );
    this.#attempt = attempt;
    for (const candidate of candidates) attempt.connection.addCandidate(candidate);
    this.#events.changed();
  }

  #deadlines(): Partial<Deadlines> {
    const { role, signaling, deadlines } = this.#options;
    const deliveryMs = role === 'subscriber' ? signaling.deliveryMs : 0;
    return {
      signaling: DEADLINES.signaling + (role === 'publisher' ? signaling.answerMs : 0),
      routing: DEADLINES.routing + deliveryMs,
      // The publisher's browser answers ICE before it has our answer, so that the way may be there early.
      securing: DEADLINES.securing + deliveryMs,
      ...deadlines,
    };
  }

  /** Something about the attempt is another now. */
  #change(attempt: Attempt): void {
    if (attempt.isOpen) this.#attempts = 0;
    // A person is needed again where the words are not those of certificates that were confirmed.
    const isForPeople = attempt.gate?.words !== undefined && !attempt.isResumed;
    if (attempt.isOpen || isForPeople) this.#stopReconnecting();
    this.#events.changed();
    if (attempt.isUnstable) this.#takeLaterOffer();
  }

  #lose(attempt: Attempt, error: LiveError): void {
    const wasConnected = attempt.gate !== undefined && error.code === 'live-lost';
    const isInVain = this.#reconnection !== undefined && isPassing(error.code);
    const { signaling } = this.#options;
    if (!(wasConnected || isInVain) || signaling.again === undefined || this.#hasNoSignaling) {
      this.#end(error);
      return;
    }
    const isFirst = this.#reconnection === undefined;
    this.#startReconnecting();
    this.#events.changed();
    if (this.#takeLaterOffer()) return;
    if (isFirst) signaling.again();
    else if (this.#options.role === 'publisher') this.#reconnection?.again();
  }

  #startReconnecting(): void {
    this.#reconnection ??= new Reconnection(
      () => this.#options.signaling.again?.(),
      () => {
        this.#end(new LiveError('live-lost'));
      },
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
    if (this.isConnected && attempt?.isUnstable !== true) {
      if (role === 'subscriber') this.#later.keep(signal);
    } else if (signal.kind === 'end') {
      if (!this.isConnected) this.#end(this.#otherEnd(signal.code));
    } else if (signal.kind === 'offer') {
      if (role !== 'subscriber') return;
      if (signal.v !== LIVE_VERSION) throw new LiveError('live-version');
      this.#begin(signal);
    } else if (signal.offer !== attempt?.id) return;
    else if (signal.kind === 'candidate') attempt.connection.addCandidate(signal.candidate);
    else if (role === 'publisher') attempt.connection.receive(signal.description);
  }

  /** Both sides show the same cause. */
  #otherEnd(code = ''): LiveError {
    if (isLiveErrorCode(code)) return new LiveError(code);
    return new LiveError(this.isReconnecting ? 'live-ended' : 'live-declined');
  }

  #guarded(act: () => void): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      this.#end(error);
    }
  }

  #end(error: LiveError): void {
    if (this.#isOver) return;
    this.stop();
    this.#events.end(error);
  }
}

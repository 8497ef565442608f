import { commitmentTo, mintNonce } from '../shared/crypto/safety-words.js';
import {
  LIVE_VERSION,
  parseControl,
  type ByeReason,
  type ControlMessage,
  type LiveChannel,
  type Offer,
  type Signal,
} from '../shared/protocol/live.js';
import { LiveError, type LiveErrorCode } from '../shared/protocol/live-errors.js';
import type { SessionMessage } from '../shared/protocol/live-messages.js';
import type { ChannelData } from './channel.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { PublisherGate, SubscriberGate, type GateFingerprints, type SafetyGate } from './gate.js';
import { Heartbeat } from './heartbeat.js';
import { HeldMessages } from './held-messages.js';
import { TokenBucket } from './token-bucket.js';

/** What an attempt does not deal with itself. */
export type { SessionMessage };
export type DataChannelName = Exclude<LiveChannel, 'control'>;

export interface AttemptEvents {
  /** For the other side, by signaling. */
  signal(signal: Signal): void;
  /** Something that the screen shows is another one now. */
  changed(): void;
  /** Only once both have confirmed the words. */
  control(message: SessionMessage): void;
  message(channel: DataChannelName, data: ChannelData): void;
  track(track: MediaStreamTrack, stream: MediaStream): void;
  /** Once, and the last event, unless `close` was called. */
  end(error: LiveError): void;
}

export interface AttemptOptions extends ConnectionOptions {
  readonly name?: string | undefined;
  /** The subscriber's: the offer that it answers. */
  readonly offer?: Offer;
  /** The certificates whose words the person on this side has confirmed before. */
  readonly confirmed?: ConfirmedPair | undefined;
}

/** Fingerprints of the certificates at both ends. */
export interface ConfirmedPair {
  readonly local: string;
  readonly remote: string;
}

/** People read four words to each other, and may have to find each other first. */
const COMPARING_MS = 10 * 60_000;
/** How long the other side's own confirmation may take where ours was given before. */
const RESUME_MS = 5000;
/** Messages on the control channel: what a hostile peer can make us parse. */
const CONTROL_BURST = 500;
const CONTROL_PER_SECOND = 50;

const BYES: Readonly<Record<ByeReason, LiveErrorCode>> = {
  ended: 'live-ended',
  'words-differ': 'live-words-differ',
  'not-confirmed': 'live-not-confirmed',
  refused: 'live-declined',
  failed: 'live-ended',
  leaving: 'live-lost',
};

/** One offer and what becomes of it: a connection, four words, two confirmations, an open session. */
export class Attempt {
  /** Names the offer. */
  readonly id: string;
  readonly connection: Connection;
  readonly #options: AttemptOptions;
  readonly #events: AttemptEvents;
  readonly #nonce = mintNonce();
  readonly #budget = new TokenBucket(CONTROL_BURST, CONTROL_PER_SECOND);
  readonly #held = new HeldMessages<DataChannelName>();
  #gate: SafetyGate | undefined;
  #heart: Heartbeat | undefined;
  #comparing: ReturnType<typeof setTimeout> | undefined;
  #isUnstable = false;
  #isSilent = false;
  #resuming: ReturnType<typeof setTimeout> | undefined;
  #isResumed = false;

  /** Throws `live-unsupported`. */
  constructor(options: AttemptOptions, events: AttemptEvents) {
    this.#options = options;
    this.#events = events;
    this.id = options.offer?.offer ?? mintOfferId();
    this.connection = new Connection(options, {
      description: (description) => {
        const common = { offer: this.id, description };
        if (options.role === 'subscriber') events.signal({ kind: 'answer', ...common });
        else events.signal({ kind: 'offer', v: LIVE_VERSION, commitment: commitmentTo(this.#nonce), ...common });
      },
      candidate: (candidate) => {
        events.signal({ kind: 'candidate', offer: this.id, candidate });
      },
      renegotiation: (renegotiation) => {
        this.send({ type: 'renegotiation', ...renegotiation });
      },
      phase: (phase) => {
        if (phase === 'open') this.#meet();
        events.changed();
      },
      message: (channel, data) => {
        this.#guarded(() => {
          if (data === undefined) throw new LiveError('live-malformed');
          if (channel === 'control') this.#receiveControl(data);
          else this.#receiveData(channel, data);
        });
      },
      track: (track, stream) => {
        // Part of an offer, so both have confirmed.
        events.track(track, stream);
      },
      unstable: (isUnstable) => {
        this.#isUnstable = isUnstable;
        events.changed();
      },
      end: (error) => {
        this.#stop();
        events.end(error);
      },
    });
    if (options.offer !== undefined) this.connection.receive(options.offer.description);
  }

  get gate(): Pick<SafetyGate, 'words' | 'hasConfirmed' | 'hasOtherConfirmed' | 'otherName'> | undefined {
    return this.#gate;
  }

  get isOpen(): boolean {
    return this.connection.phase === 'open' && this.#gate?.passage === 'open';
  }

  get isUnstable(): boolean {
    return this.#isUnstable || this.#isSilent;
  }

  /** Confirmed by this side without its person, who has done so before. */
  get isResumed(): boolean {
    return this.#isResumed;
  }

  /** The person has compared the words and found them equal. */
  confirm(): void {
    const message = this.#gate?.confirm();
    if (message === undefined) return;
    this.send(message);
    this.#pass();
  }

  /** On the control channel. What cannot be sent any more is not missed: the session is at its end. */
  send(message: ControlMessage): void {
    this.connection
      .channel('control')
      .send(JSON.stringify(message))
      .catch((error: unknown) => {
        if (error instanceof LiveError && error.code === 'live-backlog') this.#fail(error, 'failed');
      });
  }

  async close(reason?: ByeReason): Promise<void> {
    this.#stop();
    await this.connection.close(reason && farewell(reason));
  }

  /** The connection stands: who is it? */
  #meet(): void {
    this.#heart = new Heartbeat(
      (id) => {
        this.send({ type: 'ping', id });
      },
      (isSilent) => {
        this.#isSilent = isSilent;
        this.#events.changed();
      },
    );
    this.#comparing = setTimeout(() => {
      this.#fail(new LiveError('live-not-confirmed'), 'not-confirmed');
    }, COMPARING_MS);
    const first = this.#openGate().start();
    if (first !== undefined) this.send(first);
  }

  #openGate(): SafetyGate {
    this.#gate ??= this.#makeGate();
    return this.#gate;
  }

  #makeGate(): SafetyGate {
    const { role, name, offer } = this.#options;
    const known = this.connection.fingerprints;
    if (known === undefined) throw new LiveError('live-too-early');
    const isPublisher = role === 'publisher';
    const fingerprints: GateFingerprints = {
      publisher: isPublisher ? known.local : known.remote,
      subscriber: isPublisher ? known.remote : known.local,
    };
    if (isPublisher) return new PublisherGate({ fingerprints, name, nonce: this.#nonce });
    return new SubscriberGate({ fingerprints, name, commitment: offer?.commitment ?? '' });
  }

  #receiveControl(data: ChannelData): void {
    if (!this.#budget.take()) throw new LiveError('live-flooded');
    const message = typeof data === 'string' ? parseControl(data) : undefined;
    if (message === undefined) throw new LiveError('live-malformed');
    switch (message.type) {
      case 'hello':
      case 'reveal':
      case 'confirm': {
        const answer = this.#openGate().receive(message);
        if (answer !== undefined) this.send(answer);
        this.#resume();
        this.#pass();
        return;
      }
      case 'ping':
        this.send({ type: 'pong', id: message.id });
        return;
      case 'pong':
        this.#heart?.answered(message.id);
        return;
      case 'bye':
        this.#fail(new LiveError(BYES[message.reason]), undefined);
        return;
      default:
        // In order on this channel: whoever has confirmed has said so before.
        if (!this.isOpen) throw new LiveError('live-too-early');
        if (message.type === 'renegotiation') this.connection.renegotiate(message);
        else this.#events.control(message);
    }
  }

  /**
   * The words are made from both certificates, and DTLS has proven that both ends hold them: where both are those that the person has
   * confirmed, there is nothing new to compare.
   */
  #resume(): void {
    const known = this.connection.fingerprints;
    const before = this.#options.confirmed;
    if (this.#gate?.words === undefined || this.#gate.hasConfirmed || before === undefined) return;
    if (known?.local !== before.local || known.remote !== before.remote) return;
    this.#isResumed = true;
    this.#resuming = setTimeout(() => {
      if (this.isOpen) return;
      // The other side's person had not confirmed: both look at the words after all.
      this.#isResumed = false;
      this.#events.changed();
    }, RESUME_MS);
    this.confirm();
  }

  #receiveData(channel: DataChannelName, data: ChannelData): void {
    const passage = this.#gate?.passage ?? 'shut';
    if (passage === 'shut') throw new LiveError('live-too-early');
    if (passage === 'open') this.#events.message(channel, data);
    else this.#held.hold(channel, data);
  }

  /** After anything that the gate has heard or said. */
  #pass(): void {
    if (this.isOpen) clearTimeout(this.#comparing);
    this.#events.changed();
    if (!this.isOpen) return;
    this.#held.release((channel, data) => {
      this.#events.message(channel, data);
    });
  }

  /** What a peer sends must end the session at worst. */
  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof LiveError)) throw error;
      this.#fail(error, 'failed');
    }
  }

  /** `reason`: what the other side is told, unless it was the one that said farewell. */
  #fail(error: LiveError, reason: ByeReason | undefined): void {
    if (this.connection.phase === 'closed') return;
    this.#stop();
    void this.connection.close(reason && farewell(reason));
    this.#events.end(error);
  }

  #stop(): void {
    this.#heart?.stop();
    clearTimeout(this.#comparing);
    clearTimeout(this.#resuming);
  }
}

function farewell(reason: ByeReason): string {
  return JSON.stringify({ type: 'bye', reason } satisfies ControlMessage);
}

function mintOfferId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

import { LIVE_CHANNELS, type Candidate, type Description, type LiveChannel } from '../shared/protocol/live.js';
import { LiveError, type LiveErrorCode } from '../shared/protocol/live-errors.js';
import { parseCandidateLine } from './candidate-line.js';
import { Channel, type ChannelData } from './channel.js';
import { keepsFingerprint, readDescription, writeDescription } from './description.js';
import { diagnose } from './diagnosis.js';
import { PhaseClock, type Deadlines, type Phase, type TimedPhase } from './phases.js';
import { makePeer, type PatientPeer, type PeerOptions, type PeerRole } from './peer.js';
import { RemoteCandidates, toInit } from './remote-candidates.js';
import { QualityMeter, type Quality } from './quality.js';

export interface Renegotiation {
  readonly kind: 'offer' | 'answer';
  readonly sdp: string;
}

export interface ConnectionOptions extends PeerOptions {
  readonly deadlines?: Partial<Deadlines> | undefined;
  /** How long an open connection may take to come back by itself once ICE has given it up. */
  readonly lossPatienceMs?: number;
}

export interface ConnectionEvents {
  /** Ours, for the other side; once. */
  description(description: Description): void;
  candidate(candidate: Candidate): void;
  /** A later offer, or the answer to one: it travels over the control channel. */
  renegotiation(renegotiation: Renegotiation): void;
  phase(phase: Phase): void;
  /** Undefined: a message that none of our versions sends. */
  message(channel: LiveChannel, data: ChannelData | undefined): void;
  track(track: MediaStreamTrack, stream: MediaStream): void;
  /** The connection is open, but nothing comes through it now. */
  unstable(isUnstable: boolean): void;
  /** Once, and the last event, unless `close` was called. */
  end(error: LiveError): void;
}

/** How long a farewell may take. */
const FAREWELL_MS = 500;

/** One connection to one peer, from the first description to its end. */
export class Connection {
  readonly role: PeerRole;
  readonly #peer: PatientPeer;
  readonly #connection: RTCPeerConnection;
  readonly #events: ConnectionEvents;
  readonly #options: ConnectionOptions;
  readonly #channels = new Map<LiveChannel, Channel>();
  readonly #clock: PhaseClock;
  readonly #meter = new QualityMeter();
  readonly #local: Candidate[] = [];
  readonly #remote: RemoteCandidates;
  readonly #early: Candidate[] = [];
  readonly #relayErrors: number[] = [];
  #fingerprints: { local?: string; remote?: string } = {};
  #losing: ReturnType<typeof setTimeout> | undefined;
  #isUnstable = false;

  /** Throws `live-unsupported`. */
  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.role = options.role;
    this.#options = options;
    this.#events = events;
    this.#peer = makePeer(options);
    const { connection, channel } = this.#peer;
    // Undefined where the browser refuses the configuration.
    if (!connection || !channel) throw new LiveError('live-unsupported');
    this.#connection = connection;
    this.#remote = new RemoteCandidates(connection);
    for (const [name, id] of Object.entries(LIVE_CHANNELS) as [LiveChannel, number][]) {
      const made = id === 0 ? channel : connection.createDataChannel(name, { negotiated: true, id });
      made.addEventListener('open', () => {
        this.#look();
      });
      // One that closes alone is as good as none: a program of ours closes all of them.
      made.addEventListener('close', () => {
        this.#lose();
      });
      this.#channels.set(
        name,
        new Channel(name, made, (data) => {
          if (this.phase !== 'closed') events.message(name, data);
        }),
      );
    }
    connection.addEventListener('icecandidateerror', ({ url, errorCode }) => {
      if (/^turns?:/.test(url)) this.#relayErrors.push(errorCode);
    });
    this.#peer.onStateChange = () => {
      this.#look();
    };
    this.#listen();
    this.#clock = new PhaseClock(options.deadlines ?? {}, (phase) => {
      this.#end(this.#causeOf(phase));
    });
  }

  get phase(): Phase {
    return this.#clock.phase;
  }

  /** Of both sides' DTLS certificates, once both descriptions are known. The browser has checked the other side's when it is open. */
  get fingerprints(): { readonly local: string; readonly remote: string } | undefined {
    const { local, remote } = this.#fingerprints;
    return local === undefined || remote === undefined ? undefined : { local, remote };
  }

  /** The other side's description; the second and any later one is ignored. */
  receive(description: Description): void {
    if (this.phase === 'closed' || this.#fingerprints.remote !== undefined) return;
    this.#fingerprints.remote = description.fingerprint;
    this.#remote.add(...description.candidates);
    const kind = this.role === 'publisher' ? 'answer' : 'offer';
    this.#peer.signal({ type: kind, sdp: writeDescription(kind, description) });
    if (this.role === 'publisher') this.#startRouting();
  }

  /** Candidates that come before the description wait for it. */
  addCandidate(candidate: Candidate): void {
    if (this.phase === 'closed' || !this.#remote.add(candidate)) return;
    this.#peer.signal({ type: 'candidate', candidate: toInit(candidate) });
  }

  channel(name: LiveChannel): Channel {
    const channel = this.#channels.get(name);
    if (channel === undefined) throw new LiveError('live-closed');
    return channel;
  }

  /** Publisher only: makes a new offer, a moment after this; until then its codecs may be chosen. */
  addTrack(track: MediaStreamTrack, stream: MediaStream): RTCRtpTransceiver | undefined {
    this.#peer.addTrack(track, stream);
    return this.#connection.getTransceivers().find(({ sender }) => sender.track === track);
  }

  removeTrack(track: MediaStreamTrack, stream: MediaStream): void {
    this.#peer.removeTrack(track, stream);
  }

  /** Throws `live-malformed` for an offer to the publisher, and `live-tampered` for one of another certificate. */
  renegotiate({ kind, sdp }: Renegotiation): void {
    if (this.phase !== 'open' || (kind === 'offer') !== (this.role === 'subscriber'))
      throw new LiveError('live-malformed');
    if (!keepsFingerprint(sdp, this.#fingerprints.remote ?? '')) throw new LiveError('live-tampered');
    this.#peer.signal({ type: kind, sdp });
  }

  async quality(): Promise<Quality> {
    if (this.phase === 'closed') throw new LiveError('live-closed');
    return this.#meter.read(await this.#connection.getStats());
  }

  /** Says farewell where it still can, and ends. Calling it again, or after the end, does nothing. */
  async close(farewell?: string): Promise<void> {
    if (this.phase === 'closed') return;
    const wasOpen = this.phase === 'open';
    this.#clock.enter('closed');
    this.#stopLosing();
    if (wasOpen && farewell !== undefined) await this.#sayFarewell(farewell);
    for (const channel of this.#channels.values()) channel.close();
    this.#peer.destroy();
  }

  /** Until the other side, which ends when it hears it, has closed its channel. */
  async #sayFarewell(farewell: string): Promise<void> {
    const control = this.#peer.channel;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, FAREWELL_MS);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      control?.addEventListener('close', done);
      control?.addEventListener('closing', done);
      this.channel('control').send(farewell).catch(done);
    });
  }

  #listen(): void {
    this.#peer.on('signal', (signal) => {
      if (this.phase === 'closed') return;
      if (signal.type === 'candidate') this.#tellCandidate(signal.candidate.candidate ?? '');
      else if (signal.type !== 'offer' && signal.type !== 'answer')
        return; // The subscriber sends neither audio nor video.
      else if (this.#fingerprints.local === undefined) this.#tellDescription(signal.sdp);
      else this.#events.renegotiation({ kind: signal.type, sdp: signal.sdp });
    });
    this.#peer.on('track', (track, stream) => {
      this.#events.track(track, stream);
    });
    this.#peer.on('error', (cause) => {
      this.#end(this.phase === 'open' ? 'live-lost' : 'live-malformed', cause);
    });
    this.#peer.on('close', () => {
      this.#lose();
    });
  }

  #tellDescription(sdp: string): void {
    let description: Description;
    try {
      description = readDescription(sdp);
    } catch (error) {
      this.#end('live-unsupported', error);
      return;
    }
    this.#fingerprints.local = description.fingerprint;
    this.#local.push(...description.candidates);
    this.#events.description(description);
    for (const candidate of this.#early.splice(0)) this.#events.candidate(candidate);
    if (this.role === 'subscriber') this.#startRouting();
  }

  #tellCandidate(line: string): void {
    const candidate = parseCandidateLine(line);
    if (candidate === undefined) return;
    this.#local.push(candidate);
    // Before the description nobody would know what it belongs to.
    if (this.#fingerprints.local === undefined) this.#early.push(candidate);
    else this.#events.candidate(candidate);
  }

  #startRouting(): void {
    if (this.phase !== 'signaling') return;
    this.#enter('routing');
    this.#remote.startNudging();
    this.#look();
  }

  /** Where the connection stands now; asked for whenever anything about it has changed. */
  #look(): void {
    const { iceConnectionState: ice, connectionState } = this.#connection;
    const hasWay = ice === 'connected' || ice === 'completed';
    if (this.phase === 'routing' && hasWay) this.#enter('securing');
    if (this.phase === 'securing' && connectionState === 'connected') {
      this.#remote.stopNudging();
      this.#enter('channels');
    }
    // At once where the certificate is not the one that was announced; it may be known only after the handshake.
    if (this.#isRefused && (this.phase === 'securing' || this.phase === 'channels')) this.#end('live-not-secured');
    if (this.phase === 'channels' && [...this.#channels.values()].every(({ isOpen }) => isOpen)) this.#enter('open');
    if (this.phase === 'open') this.#lookOpen(connectionState);
  }

  #lookOpen(state: RTCPeerConnectionState): void {
    const { lossPatienceMs = 0 } = this.#options;
    if (state === 'failed' && lossPatienceMs === 0) {
      this.#end('live-lost');
      return;
    }
    if (state === 'failed') this.#startLosing(lossPatienceMs);
    else if (state === 'connected') this.#stopLosing();
    const isUnstable = state !== 'connected';
    if (isUnstable !== this.#isUnstable) this.#events.unstable((this.#isUnstable = isUnstable));
  }

  #startLosing(patienceMs: number): void {
    if (this.#losing !== undefined) return;
    this.#losing = setTimeout(() => {
      this.#end('live-lost');
    }, patienceMs);
    this.#remote.startNudging();
  }

  #stopLosing(): void {
    clearTimeout(this.#losing);
    this.#losing = undefined;
    this.#remote.stopNudging();
  }

  #enter(phase: Phase): void {
    this.#clock.enter(phase);
    this.#events.phase(phase);
  }

  /** DTLS has failed, and not for want of a way; or the other side closed it right after the handshake, in which it saw our key. */
  get #isRefused(): boolean {
    const state = this.#connection.sctp?.transport.state;
    return state === 'failed' || state === 'closed';
  }

  #causeOf(phase: TimedPhase): LiveErrorCode {
    if (phase === 'signaling') return 'live-no-answer';
    if (this.#isRefused) return 'live-not-secured';
    // A browser answers ICE's checks before it knows whose they are: ours alone may have found the way.
    if (phase === 'securing') return this.role === 'subscriber' ? 'live-no-answer' : 'live-channels-failed';
    if (phase === 'channels') return 'live-channels-failed';
    const { servers } = this.#options;
    return diagnose({ servers, local: this.#local, remote: this.#remote.all, relayErrors: this.#relayErrors });
  }

  /** The browser gave it up. */
  #lose(): void {
    const { phase } = this;
    if (phase !== 'closed') this.#end(phase === 'open' ? 'live-lost' : this.#causeOf(phase));
  }

  #end(code: LiveErrorCode, cause?: unknown): void {
    if (this.phase === 'closed') return;
    void this.close();
    this.#events.end(new LiveError(code, { cause }));
  }
}

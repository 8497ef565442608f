// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- types of a library without its own; an import would need a file
/// <reference path="./simple-peer.d.ts" />
import SimplePeer, { type PeerOptions as SimplePeerOptions } from 'simple-peer/simplepeer.min.js';
import { LIVE_CHANNELS } from '../shared/protocol/live.js';
import { LiveError } from '../shared/protocol/live-errors.js';
import type { IceServer } from '../shared/protocol/live-ice.js';

// The only file that knows simple-peer.

/** Only the publisher makes offers: at first, and again when audio or video comes in or goes. */
export type PeerRole = 'publisher' | 'subscriber';

export interface PeerOptions {
  readonly role: PeerRole;
  readonly servers: readonly IceServer[];
  /** Candidates are told one by one as they are found; otherwise the description waits and carries them all. */
  readonly isTrickling: boolean;
  /** Of an earlier connection, to be known again by its fingerprint. */
  readonly certificate?: RTCCertificate | undefined;
  /** `relay`: only by TURN, so that the other side never learns this one's address. */
  readonly transportPolicy?: RTCIceTransportPolicy | undefined;
}

/** All candidates are in a description that does not trickle after so long, or it goes without the rest. */
const GATHERING_MS = 5000;

/** simple-peer without the parts that give up too early, and with its connection within reach. */
export class PatientPeer extends SimplePeer {
  onStateChange: () => void = () => undefined;

  get connection(): RTCPeerConnection | null {
    return this._pc;
  }

  get channel(): RTCDataChannel | null {
    return this._channel;
  }

  /** Its own destroys the peer on `failed`, after 15 s without an answer, although a late one still connects. */
  protected override _onConnectionStateChange(): void {
    if (!this.destroyed) this.onStateChange();
  }

  protected override _onIceStateChange(): void {
    if (!this.destroyed) this.onStateChange();
  }

  /** Its own reads into a stream that nobody empties: messages go through Channel. */
  protected override _onChannelMessage(): void {
    // See above.
  }

  /** Its own asks for statistics every 100 ms until they name a pair, before it says that it is connected. */
  protected override _maybeReady(): void {
    // See Connection.#look.
  }
}

/** One for all connections of a session, so that the same program is known again when a connection was lost. */
export function makeCertificate(): Promise<RTCCertificate> {
  // What browsers make by default: https://www.w3.org/TR/webrtc/#dom-rtcpeerconnection-generatecertificate
  const algorithm: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
  return RTCPeerConnection.generateCertificate(algorithm);
}

/** Throws `live-unsupported`. */
export function makePeer({ role, servers, isTrickling, certificate, transportPolicy }: PeerOptions): PatientPeer {
  const options: SimplePeerOptions = {
    initiator: role === 'publisher',
    trickle: isTrickling,
    iceCompleteTimeout: GATHERING_MS,
    channelName: 'control',
    channelConfig: { negotiated: true, id: LIVE_CHANNELS.control },
    config: {
      // Always given: simple-peer's own default is servers of strangers.
      iceServers: servers.map(({ urls, username, credential }) => ({
        urls,
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      })),
      bundlePolicy: 'max-bundle',
      ...(certificate === undefined ? {} : { certificates: [certificate] }),
      ...(transportPolicy === undefined ? {} : { iceTransportPolicy: transportPolicy }),
    },
  };
  try {
    return new PatientPeer(options);
  } catch (cause) {
    throw new LiveError('live-unsupported', { cause });
  }
}

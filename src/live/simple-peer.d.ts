// What we use of simple-peer 9.11.1, its inner parts too. Not @types/simple-peer: that one brings all of Node's types into the pages.

declare module 'simple-peer/simplepeer.min.js' {
  export type PeerSignal =
    | { readonly type: 'offer' | 'answer'; readonly sdp: string }
    | { readonly type: 'candidate'; readonly candidate: RTCIceCandidateInit }
    | { readonly type: 'renegotiate' | 'transceiverRequest' };

  export interface PeerOptions {
    readonly initiator: boolean;
    readonly trickle: boolean;
    readonly iceCompleteTimeout: number;
    readonly config: RTCConfiguration;
    readonly channelName: string;
    readonly channelConfig: RTCDataChannelInit;
  }

  export default class SimplePeer {
    constructor(options: PeerOptions);
    readonly destroyed: boolean;
    readonly destroying: boolean;
    protected readonly _pc: RTCPeerConnection | null;
    protected readonly _channel: RTCDataChannel | null;
    signal(signal: PeerSignal): void;
    addTrack(track: MediaStreamTrack, stream: MediaStream): void;
    removeTrack(track: MediaStreamTrack, stream: MediaStream): void;
    destroy(error?: Error): void;
    on(event: 'signal', listener: (signal: PeerSignal) => void): this;
    on(event: 'track', listener: (track: MediaStreamTrack, stream: MediaStream) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'close', listener: () => void): this;
    protected _onConnectionStateChange(): void;
    protected _onIceStateChange(): void;
    protected _onChannelMessage(event: MessageEvent): void;
    protected _maybeReady(): void;
  }
}

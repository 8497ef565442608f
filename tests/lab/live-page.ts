import type { IceServer } from '../../src/shared/protocol/live-ice.js';
import { LetterSignaling, ManualPublisher, publish, RelaySignaling } from '../../src/live/publisher/publish.js';
import type { LiveEvents, LiveSession } from '../../src/live/publisher/publish.js';
import type { LiveLetter } from '../../src/live/publisher/publish.js';
import type { DataChannelName } from '../../src/live/attempt.js';
import type { PeerRole } from '../../src/live/peer.js';
import { ManualSubscriber, subscribe } from '../../src/live/subscriber/subscribe.js';
import type { Signaling } from '../../src/live/signaling/signaling.js';

// The page that live-browser.ts builds: one side of a live session within reach of a test.

export interface BeginOptions {
  readonly role: PeerRole;
  readonly servers: IceServer[];
  readonly pairing:
    | { readonly by: 'text' }
    | { readonly by: 'relay'; readonly url: string; readonly ticket: string }
    | { readonly by: 'letters'; readonly invitation: string; readonly verifiedName: string };
}

/** What a test can see of a session. */
export interface Seen {
  readonly phase: string;
  readonly words: readonly string[] | undefined;
  readonly code: string | undefined;
  readonly sentence: string | undefined;
  readonly verifiedName: string | undefined;
  readonly isResumed: boolean;
}

declare global {
  function liveBegin(options: BeginOptions): void;
  function liveHasBegun(): boolean;
  function liveSeen(): Seen;
  /** Our pairing text; empty until it is there. */
  function liveText(): string;
  /** The code of what is wrong with a text; empty where nothing is. */
  function livePaste(text: string): string;
  function liveConfirm(): void;
  function liveEnd(): Promise<void>;
  function liveSend(text: string): Promise<void>;
  /** The last hundred. */
  function liveReceived(): readonly string[];
  function liveReceivedBytes(): number;
  /** Sends from now on what an open session carries: so many bytes by a channel, so many times a second. */
  function liveStream(channel: DataChannelName, bytes: number, perSecond: number): void;
  /** `direct`, or `relay` and how the relay is reached. */
  function liveRoute(): Promise<string>;
  function liveDeliver(letter: LiveLetter): void;
  /** Lent by the test: carries a letter to the other side. */
  function liveCarry(letter: LiveLetter): Promise<void>;
}

let session: LiveSession | undefined;
let manual: ManualPublisher | ManualSubscriber | undefined;
let shown = '';
let deliver: (letter: LiveLetter) => void = () => undefined;
const received: string[] = [];
let receivedBytes = 0;

function current(): LiveSession {
  if (session === undefined) throw new Error('liveBegin comes first');
  return session;
}

function signalingOf({ role, pairing }: BeginOptions): Signaling {
  const show = (text: string): void => {
    shown = text;
  };
  switch (pairing.by) {
    case 'text':
      manual = role === 'publisher' ? new ManualPublisher(show) : new ManualSubscriber(show);
      return manual;
    case 'relay':
      return new RelaySignaling({
        open: () => new WebSocket(pairing.url),
        ticket: pairing.ticket,
        patienceMs: 60_000,
      });
    case 'letters':
      return new LetterSignaling(role, pairing.invitation, {
        verifiedName: pairing.verifiedName,
        send: (letter) => liveCarry(letter),
        listen: (listener) => {
          deliver = listener;
          return () => {
            deliver = () => undefined;
          };
        },
      });
  }
}

globalThis.liveBegin = (options) => {
  const events: LiveEvents = {
    state: () => undefined,
    control: () => undefined,
    track: () => undefined,
    message: (_channel, data) => {
      receivedBytes += data.length;
      received.push(typeof data === 'string' ? data : new TextDecoder().decode(data));
      if (received.length > 100) received.shift();
    },
  };
  const begin = options.role === 'publisher' ? publish : subscribe;
  session = begin({ servers: options.servers, signaling: signalingOf(options) }, events);
};
// As an app does that may come back.
addEventListener('pagehide', () => {
  session?.leave();
});
globalThis.liveHasBegun = () => session !== undefined;
globalThis.liveSeen = () => {
  const { phase, words, error, verifiedName, isResumed } = current().state;
  return { phase, words, code: error?.code, sentence: error?.message, verifiedName, isResumed };
};
globalThis.liveText = () => shown;
globalThis.livePaste = (text) => {
  try {
    manual?.paste(text);
    return '';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};
globalThis.liveConfirm = () => {
  current().confirm();
};
globalThis.liveEnd = () => current().end();
globalThis.liveSend = (text) => current().channel('bulk').send(text);
globalThis.liveReceived = () => received;
globalThis.liveReceivedBytes = () => receivedBytes;
globalThis.liveStream = (channel, bytes, perSecond) => {
  setInterval(() => {
    const data = new Uint8Array(bytes).fill(120);
    void current().channel(channel).send(data);
  }, 1000 / perSecond);
};
globalThis.liveRoute = async () => {
  const { route = '', relayProtocol } = await current().quality();
  return [route, ...(relayProtocol === undefined ? [] : [relayProtocol])].join(' ');
};
globalThis.liveDeliver = (letter) => {
  deliver(letter);
};

import { ManualPublisher, publish, RelaySignaling } from '../../src/live/publisher/publish.js';
import type { LiveEvents, LivePhase, LiveSession } from '../../src/live/publisher/publish.js';
import { ManualSubscriber, subscribe } from '../../src/live/subscriber/subscribe.js';
import { connectRaw, type Tickets } from './raw-peer.js';

// Both sides of a live session in one page, through a relay; and the same with nothing but a browser's RTCPeerConnection.

/** Since the customer said so, in ms. */
export interface OurTimes {
  /** When each phase of the publisher began. */
  readonly phases: Partial<Record<LivePhase, number>>;
  /** Both sides show the words. */
  readonly words: number;
  /** Both are open, when both people confirm at once. */
  readonly open: number;
}

export interface PairingTexts {
  readonly offer: string;
  readonly answer: string;
  /** What a program without a format of its own would ask people to carry: base64 of JSON of the SDP. */
  readonly rawOffer: string;
}

class Side {
  readonly session: LiveSession;
  readonly phases: Partial<Record<LivePhase, number>> = {};
  #wake: () => void = () => undefined;

  constructor(begin: (events: LiveEvents) => LiveSession, startMs: number) {
    this.session = begin({
      state: ({ phase }) => {
        this.phases[phase] ??= performance.now() - startMs;
        this.#wake();
      },
      control: () => undefined,
      message: () => undefined,
      track: () => undefined,
    });
  }

  async reach(phase: LivePhase): Promise<void> {
    while (this.session.state.phase !== phase) {
      if (this.session.state.error !== undefined) throw this.session.state.error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function relay(url: string, ticket: string): RelaySignaling {
  return new RelaySignaling({ open: () => new WebSocket(url), ticket, patienceMs: 30_000 });
}

async function connectOurs({ url, ...tickets }: Tickets): Promise<OurTimes> {
  const startMs = performance.now();
  const ours = [
    new Side((events) => publish({ servers: [], signaling: relay(url, tickets.publisher) }, events), startMs),
    new Side((events) => subscribe({ servers: [], signaling: relay(url, tickets.subscriber) }, events), startMs),
  ];
  await Promise.all(ours.map((side) => side.reach('comparing')));
  const words = performance.now() - startMs;
  for (const { session } of ours) session.confirm();
  await Promise.all(ours.map((side) => side.reach('open')));
  const open = performance.now() - startMs;
  await ours[0]?.session.end();
  return { phases: ours[0]?.phases ?? {}, words, open };
}

async function pairingTexts(): Promise<PairingTexts> {
  const events: LiveEvents = {
    state: () => undefined,
    control: () => undefined,
    message: () => undefined,
    track: () => undefined,
  };
  const sessions: LiveSession[] = [];
  const offer = await new Promise<string>((resolve) => {
    sessions.push(publish({ servers: [], signaling: new ManualPublisher(resolve) }, events));
  });
  const answer = await new Promise<string>((resolve) => {
    const signaling = new ManualSubscriber(resolve);
    sessions.push(subscribe({ servers: [], signaling }, events));
    signaling.paste(offer);
  });
  await Promise.all(sessions.map((session) => session.end()));
  const raw = new RTCPeerConnection();
  raw.createDataChannel('control');
  await raw.setLocalDescription();
  while (raw.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      raw.addEventListener('icegatheringstatechange', resolve, { once: true });
    });
  }
  const rawOffer = btoa(JSON.stringify(raw.localDescription));
  raw.close();
  return { offer, answer, rawOffer };
}

Object.assign(globalThis, { liveBench: { connectOurs, connectRaw, pairingTexts } });
export interface LiveBench {
  connectOurs(tickets: Tickets): Promise<OurTimes>;
  connectRaw(tickets: Tickets): Promise<number>;
  pairingTexts(): Promise<PairingTexts>;
}

import { describe, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../../src/live/connection.js';
import { mintNonce } from '../../../src/shared/crypto/safety-words.js';
import {
  LIVE_CHANNELS,
  LIVE_VERSION,
  type ControlMessage,
  type LiveChannel,
  type Signal,
} from '../../../src/shared/protocol/live.js';
import { Teller, Wire } from './pair.js';

// A technician's program that does not keep to the protocol. The customer's side refuses, and ends.

/** A connection that sends whatever it is told to. */
async function connect(): Promise<{ publisher: Teller; hostile: Connection }> {
  const wire = new Wire();
  const publisher = new Teller({ role: 'publisher', signaling: wire.publisher, reconnectMs: 500 });
  const send = (signal: Signal): void => wire.publisher.listener?.signal(signal);
  let open: (hostile: Connection) => void = () => undefined;
  const opened = new Promise<Connection>((resolve) => {
    open = resolve;
  });
  let hostile: Connection | undefined;
  let offer = '';
  wire.meddle = (_from, signal) => {
    if (signal.kind === 'offer') {
      ({ offer } = signal);
      hostile = new Connection(
        { role: 'subscriber', servers: [], isTrickling: true },
        {
          description: (description) => {
            send({ kind: 'answer', offer, description });
          },
          candidate: (candidate) => {
            send({ kind: 'candidate', offer, candidate });
          },
          phase: (phase) => {
            if (phase === 'open' && hostile !== undefined) open(hostile);
          },
          renegotiation: () => undefined,
          message: () => undefined,
          track: () => undefined,
          unstable: () => undefined,
          end: () => undefined,
        },
      );
      hostile.receive(signal.description);
    } else if (signal.kind === 'candidate') hostile?.addCandidate(signal.candidate);
    return [];
  };
  wire.join();
  onTestFinished(() => hostile?.close());
  return { publisher, hostile: await opened };
}

/** A peer whose browser does not keep it from sending more than we take. */
async function connectUnbounded() {
  const Real = RTCPeerConnection;
  const channels: RTCDataChannel[] = [];
  globalThis.RTCPeerConnection = class extends Real {
    override createDataChannel(name: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(name, options);
      if (options?.id === LIVE_CHANNELS.control) channels.push(channel);
      return channel;
    }

    override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      const sdp = description.sdp?.replace(/max-message-size:\d+/, 'max-message-size:262144') ?? '';
      return super.setRemoteDescription({ type: description.type, sdp });
    }
  };
  try {
    const { publisher } = await connect();
    // The publisher's was made first.
    const channel = channels[1];
    const send = (data: string | Uint8Array<ArrayBuffer>): void => {
      if (typeof data === 'string') channel?.send(data);
      else channel?.send(data);
    };
    return { publisher, send };
  } finally {
    globalThis.RTCPeerConnection = Real;
  }
}

const HELLO: ControlMessage = { type: 'hello', v: LIVE_VERSION, nonce: mintNonce() };
const GRANT: ControlMessage = { type: 'grant-asked', grant: crypto.randomUUID(), kind: 'commands' };

async function say(hostile: Connection, ...messages: readonly (ControlMessage | string)[]): Promise<void> {
  for (const message of messages) {
    await hostile.channel('control').send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}

describe('a peer that', () => {
  test.each<[string, readonly (ControlMessage | string)[], string]>([
    ['asks before the words are there', [GRANT], 'live-too-early'],
    ['asks before they are confirmed', [HELLO, GRANT], 'live-too-early'],
    ['asks when only it has confirmed', [HELLO, { type: 'confirm' }, GRANT], 'live-too-early'],
    ['confirms what it cannot have read', [{ type: 'confirm' }], 'live-tampered'],
    ['says hello twice', [HELLO, HELLO], 'live-tampered'],
    ['answers in the publisher’s place', [{ ...HELLO, type: 'reveal' }], 'live-too-early'],
    ['speaks another version', [{ ...HELLO, v: 99 }], 'live-version'],
    ['sends no JSON', ['{'], 'live-malformed'],
    ['sends what nobody knows', ['{"type":"eval","code":"alert(1)"}'], 'live-malformed'],
    ['sends an offer', [HELLO, { type: 'renegotiation', kind: 'offer', sdp: 'v=0' }], 'live-too-early'],
  ])('%s is refused', async (_what, messages, code) => {
    const { publisher, hostile } = await connect();
    await say(hostile, ...messages);
    await publisher.reach('ended');
    expect(publisher.code).toBe(code);
    expect(publisher.control).toEqual([]);
  });

  test.each<LiveChannel>(['dom', 'console', 'bulk', 'input'])(
    'sends by the channel %s before the words are confirmed is refused',
    async (channel) => {
      const { publisher, hostile } = await connect();
      await hostile.channel(channel).send('too early');
      await publisher.reach('ended');
      expect(publisher.code).toBe('live-too-early');
      expect(publisher.messages).toEqual([]);
    },
  );

  test('sends much by another channel while only we have confirmed is refused', async () => {
    const { publisher, hostile } = await connect();
    await say(hostile, HELLO);
    await publisher.reach('comparing');
    publisher.session.confirm();
    for (let number = 0; number < 20; number += 1) await hostile.channel('bulk').send(new Uint8Array(60_000));
    await publisher.reach('ended');
    expect(publisher.code).toBe('live-too-early');
    expect(publisher.messages).toEqual([]);
  });

  test('floods the control channel is refused', async () => {
    const { publisher, hostile } = await connect();
    await say(hostile, ...Array.from({ length: 1000 }, (_, id): ControlMessage => ({ type: 'ping', id })));
    await publisher.reach('ended');
    expect(publisher.code).toBe('live-flooded');
  });

  test('sends an offer, or an SDP of another certificate, once it is open is refused', async () => {
    const fingerprint = `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AA').join(':')}`;
    for (const [kind, sdp, code] of [
      ['offer', 'v=0', 'live-malformed'],
      ['answer', fingerprint, 'live-tampered'],
    ] as const) {
      const { publisher, hostile } = await connect();
      await say(hostile, HELLO);
      await publisher.reach('comparing');
      publisher.session.confirm();
      await say(hostile, { type: 'confirm' });
      await publisher.reach('open');
      await say(hostile, { type: 'renegotiation', kind, sdp });
      await publisher.reach('ended');
      expect(publisher.code).toBe(code);
    }
  });

  test.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['text', 'x'.repeat(64 * 1024 + 1)],
    ['bytes', new Uint8Array(200_000)],
    ['bytes where text belongs', new Uint8Array(10)],
  ])('sends more than a message may be, or of another kind, is refused: %s', async (_what, data) => {
    const { publisher, send } = await connectUnbounded();
    send(data);
    await publisher.reach('ended');
    expect(publisher.code).toBe('live-malformed');
    expect([publisher.control, publisher.messages]).toEqual([[], []]);
  });

  test('floods an open session by its control channel is refused', async () => {
    const { publisher, hostile } = await connect();
    await say(hostile, HELLO);
    await publisher.reach('comparing');
    publisher.session.confirm();
    await say(hostile, { type: 'confirm' });
    await publisher.reach('open');
    await say(hostile, ...Array.from({ length: 1000 }, (_, id): ControlMessage => ({ type: 'pong', id })));
    await publisher.reach('ended');
    expect(publisher.code).toBe('live-flooded');
  });

  test('goes without a word is missed', async () => {
    const { publisher, hostile } = await connect();
    await say(hostile, HELLO);
    await publisher.reach('comparing');
    await hostile.close();
    await publisher.reach('ended');
    expect(publisher.code).toBe('live-lost');
  });
});

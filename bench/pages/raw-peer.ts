// The peer of a bench: RTCPeerConnection as its documentation shows it, through the same relay.

/** Places of two sides in one room of a relay. */
export interface Tickets {
  readonly url: string;
  readonly publisher: string;
  readonly subscriber: string;
}

interface RawSignal {
  readonly description?: RTCSessionDescriptionInit;
  readonly candidate?: RTCIceCandidateInit;
}

class RawSide {
  readonly open: Promise<void>;
  readonly #socket: WebSocket;
  readonly #connection = new RTCPeerConnection();
  readonly #isOffering: boolean;

  constructor(url: string, ticket: string, isOffering: boolean) {
    this.#isOffering = isOffering;
    const channel = this.#connection.createDataChannel('control', { negotiated: true, id: 0 });
    this.open = new Promise((resolve) => {
      channel.onopen = () => {
        resolve();
      };
    });
    this.#connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null) this.#send({ candidate: candidate.toJSON() });
    };
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => {
      this.#socket.send(JSON.stringify({ ticket }));
    };
    this.#socket.onmessage = ({ data }: MessageEvent<string>) => {
      void this.#receive(JSON.parse(data) as { event?: string; signal?: string });
    };
  }

  close(): void {
    this.#connection.close();
    this.#socket.close();
  }

  #send(signal: RawSignal): void {
    this.#socket.send(JSON.stringify(signal));
  }

  async #describe(): Promise<void> {
    await this.#connection.setLocalDescription();
    const description = this.#connection.localDescription;
    if (description !== null) this.#send({ description });
  }

  async #receive({ event, signal }: { event?: string; signal?: string }): Promise<void> {
    if (event === 'joined' && this.#isOffering) await this.#describe();
    if (signal === undefined) return;
    const { description, candidate } = JSON.parse(signal) as RawSignal;
    if (candidate !== undefined) await this.#connection.addIceCandidate(candidate);
    if (description === undefined) return;
    await this.#connection.setRemoteDescription(description);
    if (!this.#isOffering) await this.#describe();
  }
}

/** Until both channels are open, in ms. */
export async function connectRaw({ url, publisher, subscriber }: Tickets): Promise<number> {
  const startMs = performance.now();
  const sides = [new RawSide(url, publisher, true), new RawSide(url, subscriber, false)];
  await Promise.all(sides.map(({ open }) => open));
  const ms = performance.now() - startMs;
  for (const side of sides) side.close();
  return ms;
}

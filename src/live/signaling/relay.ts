import * as v from 'valibot';
import { parseSignal, type Signal } from '../../shared/protocol/live.js';
import { LiveError } from '../../shared/protocol/live-errors.js';
import { relayMessageSchema, TICKET_REFUSED_CLOSE, type RelayMessage } from '../../shared/protocol/live-relay.js';
import type { Signaling, SignalingListener } from './signaling.js';

export interface RelayOptions {
  /** Opens the desk's `/api/live/socket`. */
  readonly open: () => WebSocket;
  readonly ticket: string;
  /** How long the other side may take to come: the code's life. */
  readonly patienceMs: number;
}

/** Between two attempts to reach the desk; each twice the one before. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8000;
/** A network that swallows everything would keep a browser waiting for minutes. */
const CONNECT_MS = 10_000;
/** A message of the desk: a signal of 8,192 characters, each escaped at worst as two. */
const MAX_MESSAGE_LENGTH = 20_000;

/** Signaling through the desk, which only passes it on. Comes back when the connection is lost. */
export class RelaySignaling implements Signaling {
  readonly isTrickling = true;
  readonly answerMs = 0;
  readonly deliveryMs = 0;
  readonly #options: RelayOptions;
  #listener: SignalingListener | undefined;
  #socket: WebSocket | undefined;
  #isReady = false;
  #delayMs = FIRST_DELAY_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #connecting: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #hasReached = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  listen(listener: SignalingListener): void {
    this.#listener = listener;
    this.#patience = setTimeout(() => {
      this.#fail(this.#hasReached ? 'live-peer-absent' : 'live-desk-unreachable');
    }, this.#options.patienceMs);
    this.#connect();
  }

  /** What is sent while there is no connection is lost: when it is back, the publisher begins anew. */
  send(signal: Signal): void {
    if (this.#isReady) this.#socket?.send(JSON.stringify(signal));
  }

  /** The old connection may hang without knowing it. */
  again(): void {
    if (this.#listener === undefined) return;
    clearTimeout(this.#retry);
    this.#leave();
    this.#delayMs = FIRST_DELAY_MS;
    this.#connect();
  }

  close(): void {
    this.#listener = undefined;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#leave();
  }

  #connect(): void {
    let socket: WebSocket;
    try {
      socket = this.#options.open();
    } catch {
      this.#fail('live-desk-unreachable'); // A page whose policy forbids it: trying again would not help.
      return;
    }
    this.#socket = socket;
    this.#connecting = setTimeout(() => {
      this.#leave();
      this.#comeBack();
    }, CONNECT_MS);
    socket.onopen = () => {
      clearTimeout(this.#connecting);
      this.#isReady = true;
      this.#hasReached = true;
      this.#delayMs = FIRST_DELAY_MS;
      socket.send(JSON.stringify({ ticket: this.#options.ticket }));
    };
    socket.onmessage = ({ data }) => {
      this.#receive(data);
    };
    socket.onclose = ({ code }) => {
      clearTimeout(this.#connecting);
      this.#isReady = false;
      if (code === TICKET_REFUSED_CLOSE) this.#fail('live-desk-refused');
      else this.#comeBack();
    };
  }

  #comeBack(): void {
    if (this.#listener === undefined) return;
    this.#retry = setTimeout(() => {
      this.#connect();
    }, this.#delayMs);
    this.#delayMs = Math.min(2 * this.#delayMs, MAX_DELAY_MS);
  }

  #receive(data: unknown): void {
    const message = parseMessage(data);
    // Not from a desk, or from a newer one: what it is does not matter.
    if (message === undefined || this.#listener === undefined) return;
    if ('signal' in message) {
      const signal = parseSignal(message.signal);
      if (signal !== undefined) this.#listener.signal(signal);
    } else if (message.event === 'joined') {
      clearTimeout(this.#patience);
      this.#listener.joined();
    } else if (message.event === 'over') this.#fail('live-peer-absent');
  }

  #fail(code: 'live-desk-unreachable' | 'live-desk-refused' | 'live-peer-absent'): void {
    const listener = this.#listener;
    this.close();
    listener?.failed(new LiveError(code));
  }

  #leave(): void {
    clearTimeout(this.#connecting);
    const socket = this.#socket;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // A farewell that was sent a moment ago goes first: closing waits for it.
    socket.close();
    this.#socket = undefined;
    this.#isReady = false;
  }
}

function parseMessage(data: unknown): RelayMessage | undefined {
  if (typeof data !== 'string' || data.length > MAX_MESSAGE_LENGTH) return undefined;
  try {
    const parsed = v.safeParse(relayMessageSchema, JSON.parse(data));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

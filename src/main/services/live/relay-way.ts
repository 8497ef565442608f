import * as v from 'valibot';
import WebSocket from 'ws';
import type { IceServer } from '../../../shared/protocol/live-ice.js';
import { relayMessageSchema, TICKET_REFUSED_CLOSE } from '../../../shared/protocol/live-relay.js';
import type { Way, WayListener } from './way.js';

export interface RelayRoom {
  /** Of the desk's `/api/live/socket`. */
  readonly socketUrl: string;
  readonly ticket: string;
  readonly code: { readonly text: string; readonly expiresMs: number };
  readonly iceServers: IceServer[];
  readonly lifeMs: number;
}

/** Between two attempts to reach the desk; each twice the one before. */
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8000;
/** A network that swallows everything would keep us waiting for minutes. */
const CONNECT_MS = 10_000;
/** A message of the desk: a signal of 8,192 characters, each escaped at worst as two. */
const MAX_MESSAGE_BYTES = 20_000;

/** Signals through the desk's relay, which only passes them on. Comes back when the connection is lost. */
export class RelayWay implements Way {
  readonly kind = 'code';
  readonly iceServers: IceServer[];
  readonly code: RelayRoom['code'];
  readonly #room: RelayRoom;
  readonly #patience: NodeJS.Timeout;
  #listener: WayListener | undefined;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #delayMs = FIRST_DELAY_MS;
  #isPeerThere = false;
  #hasReached = false;
  #isClosed = false;
  /** Why it failed before anybody listened. */
  #failure: string | undefined;

  constructor(room: RelayRoom) {
    this.#room = room;
    this.iceServers = room.iceServers;
    this.code = room.code;
    this.#patience = setTimeout(() => {
      this.#fail(this.#hasReached ? 'live-peer-absent' : 'live-desk-unreachable');
    }, room.lifeMs).unref();
    this.#connect();
  }

  listen(listener: WayListener): void {
    this.#listener = listener;
    if (this.#failure !== undefined) listener.failed(this.#failure);
    else if (this.#isPeerThere) listener.joined();
  }

  /** What is sent while there is no connection is lost: when it is back, the publisher begins anew. */
  send(signal: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(signal);
  }

  /** The old connection may hang without knowing it. */
  again(): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    clearTimeout(this.#retry);
    const old = this.#socket;
    this.#delayMs = FIRST_DELAY_MS;
    this.#isPeerThere = false;
    this.#connect();
    old?.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    // A farewell that was sent a moment ago goes first: closing waits for it.
    this.#socket?.close();
  }

  #connect(): void {
    const socket = new WebSocket(this.#room.socketUrl, {
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handshakeTimeout: CONNECT_MS,
    });
    this.#socket = socket;
    const isCurrent = (): boolean => this.#socket === socket;
    socket.on('open', () => {
      this.#hasReached = true;
      this.#delayMs = FIRST_DELAY_MS;
      socket.send(JSON.stringify({ ticket: this.#room.ticket }));
    });
    socket.on('message', (data, isBinary) => {
      // A text message comes as one Buffer: `binaryType` is left as it is.
      if (!isBinary && !this.#isClosed && isCurrent()) this.#receive((data as Buffer).toString('utf8'));
    });
    socket.on('close', (code) => {
      if (!isCurrent()) return;
      if (code === TICKET_REFUSED_CLOSE) this.#fail('live-desk-refused');
      else this.#comeBack();
    });
    // Closing follows, and what it means is decided there.
    socket.on('error', () => undefined);
  }

  #comeBack(): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#connect();
    }, this.#delayMs).unref();
    this.#delayMs = Math.min(2 * this.#delayMs, MAX_DELAY_MS);
  }

  #receive(text: string): void {
    const message = parseMessage(text);
    if (message === undefined) return; // Not from a desk, or from a newer one.
    if ('signal' in message) this.#listener?.signal(message.signal);
    else if (message.event === 'joined') {
      clearTimeout(this.#patience);
      this.#isPeerThere = true;
      this.#listener?.joined();
    } else if (message.event === 'left') this.#isPeerThere = false;
    else this.#fail('live-peer-absent');
  }

  #fail(code: string): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    this.#failure = code;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#socket?.close();
    this.#listener?.failed(code);
  }
}

function parseMessage(text: string): v.InferOutput<typeof relayMessageSchema> | undefined {
  try {
    const parsed = v.safeParse(relayMessageSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

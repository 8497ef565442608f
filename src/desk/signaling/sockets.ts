import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { WebSocketServer, type WebSocket } from 'ws';
import { MAX_SIGNAL_LENGTH } from '../../shared/protocol/live.js';
import { relayGreetingSchema, TICKET_REFUSED_CLOSE, type RelayMessage } from '../../shared/protocol/live-relay.js';
import { networkOf } from './network.js';
import type { Place, Rooms } from './rooms.js';

export const SIGNALING_PATH = '/api/live/socket';
const GREETING_MS = 5000;
/** Connections that have not shown a ticket yet: in all, and of one network. */
const MAX_STRANGERS = 256;
const MAX_STRANGERS_OF_NETWORK = 16;
const PING_MS = 20_000;
/** A side that reads nothing for so long that this much waits is cut off; it comes back and is offered anew. */
const MAX_WAITING_BYTES = 256 * 1024;

/**
 * The relay's WebSockets. A ticket is all that counts here: no cookie is looked at, so the page and the host that a connection comes
 * from give it nothing.
 */
export class SignalingSockets {
  // Signals are ASCII.
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_SIGNAL_LENGTH, perMessageDeflate: false });
  readonly #rooms: Rooms;
  readonly #isBehindProxy: boolean;
  readonly #strangers = new Map<string, number>();
  readonly #silent = new WeakSet<WebSocket>();
  readonly #pings: NodeJS.Timeout;

  /** `isBehindProxy`: the one that connects is a proxy, which says whom it speaks for. */
  constructor(rooms: Rooms, isBehindProxy: boolean) {
    this.#rooms = rooms;
    this.#isBehindProxy = isBehindProxy;
    this.#pings = setInterval(() => {
      rooms.sweep();
      this.#ping();
    }, PING_MS).unref();
  }

  /** An HTTP upgrade, for whatever path. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until there is a WebSocket nobody else hears of its errors.
    socket.on('error', () => socket.destroy());
    if (request.url !== SIGNALING_PATH) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    const network = networkOf(request, this.#isBehindProxy);
    const all = [...this.#strangers.values()].reduce((sum, count) => sum + count, 0);
    if (all >= MAX_STRANGERS || (this.#strangers.get(network) ?? 0) >= MAX_STRANGERS_OF_NETWORK) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (channel) => {
      this.#receive(channel, network);
    });
  }

  close(): void {
    clearInterval(this.#pings);
    this.#rooms.close();
    for (const channel of this.#server.clients) channel.terminate();
    this.#server.close();
  }

  #receive(channel: WebSocket, network: string): void {
    this.#strangers.set(network, (this.#strangers.get(network) ?? 0) + 1);
    let isStranger = true;
    const noStranger = (): void => {
      if (!isStranger) return;
      isStranger = false;
      const left = (this.#strangers.get(network) ?? 1) - 1;
      if (left === 0) this.#strangers.delete(network);
      else this.#strangers.set(network, left);
    };
    let place: Place | undefined;
    let isRefused = false;
    const timer = setTimeout(() => {
      channel.terminate();
    }, GREETING_MS);
    channel.on('error', () => {
      channel.terminate(); // A message that is too large or broken; `close` follows.
    });
    channel.on('pong', () => {
      this.#silent.delete(channel);
    });
    channel.on('close', () => {
      clearTimeout(timer);
      noStranger();
      place?.leave();
    });
    channel.on('message', (data, isBinary) => {
      if (isRefused) return; // One guess a socket.
      // With `nodebuffer`, its default, ws gives one Buffer.
      const text = isBinary ? '' : (data as Buffer).toString('utf8');
      if (place !== undefined) {
        if (isBinary || !place.pass(text)) channel.terminate();
        return;
      }
      place = this.#enter(channel, text);
      if (place === undefined) {
        // Stays a stranger, and is cut off by the timer, if it does not take part in closing.
        isRefused = true;
        channel.close(TICKET_REFUSED_CLOSE, 'ticket-refused');
        return;
      }
      clearTimeout(timer);
      noStranger();
    });
  }

  #enter(channel: WebSocket, greeting: string): Place | undefined {
    const ticket = ticketOf(greeting);
    return ticket === undefined
      ? undefined
      : this.#rooms.enter(ticket, {
          tell: (message) => {
            tell(channel, message);
          },
          leave: () => {
            channel.close();
          },
        });
  }

  #ping(): void {
    for (const channel of this.#server.clients) {
      if (this.#silent.has(channel)) {
        channel.terminate();
        continue;
      }
      this.#silent.add(channel);
      channel.ping();
    }
  }
}

function ticketOf(greeting: string): string | undefined {
  try {
    const parsed = v.safeParse(relayGreetingSchema, JSON.parse(greeting));
    return parsed.success ? parsed.output.ticket : undefined;
  } catch {
    return undefined; // Not JSON.
  }
}

function tell(channel: WebSocket, message: RelayMessage): void {
  if (channel.readyState !== channel.OPEN) return;
  if (channel.bufferedAmount > MAX_WAITING_BYTES) channel.terminate();
  else channel.send(JSON.stringify(message));
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import * as v from 'valibot';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Contract } from '../../shared/protocol/contract.js';
import { CAPABILITY_REFUSED_CLOSE, socketGreetingSchema } from '../../shared/protocol/frame.js';
import type { Audience, Tell } from '../services/audience.js';

/** A greeting is a capability; nothing else is ever read. */
const MAX_GREETING_BYTES = 1024;
const GREETING_MS = 5000;
/** Connections that have not greeted yet. */
const MAX_STRANGERS = 64;
const PING_MS = 15_000;
/** A document that reads no events for so long that this much waits is cut off; it comes back and asks anew. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** The event channels of one contract. A document that greets with a capability joins the audience until its socket closes. */
export class EventSockets<C extends Contract> {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_GREETING_BYTES, perMessageDeflate: false });
  readonly #audience: Audience<C>;
  readonly #keyOf: (capability: string) => string | undefined;
  readonly #pings: NodeJS.Timeout;
  readonly #silent = new WeakSet<WebSocket>();
  #strangers = 0;

  /** `keyOf`: under which key the holder of this capability joins. */
  constructor(audience: Audience<C>, keyOf: (capability: string) => string | undefined) {
    this.#audience = audience;
    this.#keyOf = keyOf;
    this.#pings = setInterval(() => {
      this.#ping();
    }, PING_MS).unref();
  }

  /** The request's Host and Origin have been checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#strangers >= MAX_STRANGERS) {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (channel) => {
      this.#receive(channel);
    });
  }

  close(): void {
    clearInterval(this.#pings);
    for (const channel of this.#server.clients) channel.terminate();
    this.#server.close();
  }

  #receive(channel: WebSocket): void {
    this.#strangers += 1;
    let leave: (() => void) | undefined;
    let isStranger = true;
    const noStranger = (): void => {
      if (isStranger) this.#strangers -= 1;
      isStranger = false;
    };
    const timer = setTimeout(() => {
      channel.terminate();
    }, GREETING_MS);
    channel.on('error', () => {
      channel.terminate(); // A frame that is too large or broken; `close` follows.
    });
    channel.on('pong', () => {
      this.#silent.delete(channel);
    });
    channel.on('close', () => {
      clearTimeout(timer);
      noStranger();
      leave?.();
    });
    channel.once('message', (data) => {
      const key = this.#keyOfGreeting(data as Buffer);
      if (key === undefined) {
        // Stays a stranger, and is cut off by the timer, if it does not take part in closing.
        channel.close(CAPABILITY_REFUSED_CLOSE, 'capability-refused');
        return;
      }
      clearTimeout(timer);
      noStranger();
      channel.send(JSON.stringify({ ready: true }));
      leave = this.#audience.join(key, tellOver(channel));
    });
  }

  #keyOfGreeting(data: Buffer): string | undefined {
    try {
      const greeting = v.safeParse(socketGreetingSchema, JSON.parse(data.toString('utf8')));
      return greeting.success ? this.#keyOf(greeting.output.capability) : undefined;
    } catch {
      return undefined; // Not JSON.
    }
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

function tellOver<C extends Contract>(channel: WebSocket): Tell<C> {
  return (event, data) => {
    if (channel.readyState !== channel.OPEN) return;
    if (channel.bufferedAmount > MAX_WAITING_BYTES) channel.terminate();
    else channel.send(JSON.stringify({ event, data }));
  };
}

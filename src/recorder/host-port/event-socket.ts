import * as v from 'valibot';
import { CAPABILITY_REFUSED_CLOSE, socketMessageSchema } from '../../shared/protocol/frame.js';

export interface EventSocketListeners {
  onEvent(name: string, data: unknown): void;
  /** Only changes are told. */
  onConnection(connected: boolean): void;
  /** The host does not know the capability; nothing more is tried until the next greeting. */
  onRefused(): void;
}

export interface EventSocket {
  /** Connects, now and after each loss, with this capability. */
  greet(capability: string): void;
  /** Tries at once if it waits for the next attempt. */
  wake(): void;
  close(): void;
}

/** Between attempts: doubled from the first to the last, each with ±25 % of chance so that many windows do not come at once. */
const RETRY_FIRST_MS = 250;
const RETRY_LAST_MS = 10_000;
/** A server that takes connections before the host answers on it may leave one unanswered for ever: then it is begun anew. */
const OPENING_MS = 10_000;
/** The same, where a call says that the host answers now. */
const OPENING_AWAKE_MS = 1000;

export function openEventSocket(httpUrl: string, listeners: EventSocketListeners): EventSocket {
  const Socket = globalThis.WebSocket;
  const url = httpUrl.replace(/^http/, 'ws');
  let capability: string | undefined;
  let socket: WebSocket | undefined;
  let connected = false;
  let attempts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let openingSinceMs = 0;

  function setConnected(value: boolean): void {
    if (connected === value) return;
    connected = value;
    listeners.onConnection(value);
  }

  function retryLater(): void {
    const delayMs = Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** attempts) * (0.75 + Math.random() / 2);
    attempts += 1;
    timer = setTimeout(connect, delayMs);
  }

  function drop(): void {
    clearTimeout(timer);
    clearTimeout(opening);
    timer = undefined;
    const old = socket;
    socket = undefined; // Its late events find that they are no longer of the current socket.
    old?.close();
    setConnected(false);
  }

  function connect(): void {
    timer = undefined;
    if (capability === undefined) return;
    const greeting = JSON.stringify({ capability });
    let current: WebSocket;
    try {
      current = new Socket(url);
    } catch {
      retryLater(); // A policy of the page forbids sockets: calls still work, and the policy may be a passing state.
      return;
    }
    socket = current;
    openingSinceMs = performance.now();
    clearTimeout(opening);
    opening = setTimeout(() => {
      drop();
      retryLater();
    }, OPENING_MS);
    current.addEventListener('open', () => {
      if (socket === current) current.send(greeting);
    });
    current.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (socket === current && typeof event.data === 'string') read(event.data);
    });
    current.addEventListener('close', (event) => {
      if (socket !== current) return;
      socket = undefined;
      clearTimeout(opening);
      setConnected(false);
      if (event.code === CAPABILITY_REFUSED_CLOSE) {
        capability = undefined;
        listeners.onRefused();
      } else {
        retryLater();
      }
    });
  }

  function read(text: string): void {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return; // Not from our host; the next message may be.
    }
    const message = v.safeParse(socketMessageSchema, json);
    if (!message.success) return;
    if ('ready' in message.output) {
      attempts = 0;
      clearTimeout(opening);
      setConnected(true);
    } else {
      listeners.onEvent(message.output.event, message.output.data);
    }
  }

  return {
    greet(value) {
      drop();
      capability = value;
      attempts = 0;
      connect();
    },
    wake() {
      const isStuck = socket !== undefined && !connected && performance.now() - openingSinceMs > OPENING_AWAKE_MS;
      if (timer === undefined && !isStuck) return;
      drop();
      attempts = 0;
      connect();
    },
    close() {
      capability = undefined;
      drop();
    },
  };
}

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { RelaySignaling } from '../../../src/live/signaling/relay.js';
import { TICKET_REFUSED_CLOSE } from '../../../src/shared/protocol/live-relay.js';
import type { Signal } from '../../../src/shared/protocol/live.js';

// The relay's other end: what a page does with a desk that is gone, comes back, or sends whatever it likes.

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const TICKET = 't'.repeat(43);
const SIGNAL: Signal = { kind: 'end', code: 'live-declined' };

/** A desk that does what a test tells it. */
class DeskDouble {
  readonly sockets: WebSocket[] = [];
  readonly heard: string[] = [];
  readonly #server: WebSocketServer;

  static async start(): Promise<DeskDouble> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new DeskDouble(server);
  }

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('message', (data) => this.heard.push((data as Buffer).toString('utf8')));
    });
    ends.push(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get last(): WebSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('nobody came');
    return socket;
  }

  async came(count: number): Promise<void> {
    await expect.poll(() => this.heard.filter((text) => text.includes(TICKET)).length).toBe(count);
  }
}

function listenTo(url: string, patienceMs = 20_000) {
  const told: unknown[] = [];
  // The same as a browser's in all that is used of it.
  const open = (): globalThis.WebSocket => {
    const socket = new WebSocket(url);
    // In Node an error that nobody listens to ends the process.
    socket.on('error', () => undefined);
    return socket as unknown as globalThis.WebSocket;
  };
  const signaling = new RelaySignaling({ open, ticket: TICKET, patienceMs });
  signaling.listen({
    joined: () => told.push('joined'),
    signal: (signal) => told.push(signal),
    failed: ({ code }) => told.push(code),
  });
  ends.push(() => {
    signaling.close();
  });
  return { signaling, told };
}

describe('a page', () => {
  test('takes what is a signal, and nothing else that a desk may send', async () => {
    const desk = await DeskDouble.start();
    const { told } = listenTo(desk.url);
    await desk.came(1);
    const wrong = [
      '',
      '{',
      'null',
      '{"event":"else"}',
      '{"signal":1}',
      JSON.stringify({ signal: '{"kind":"offer"}' }),
      JSON.stringify({ signal: 'x'.repeat(9000) }),
      'x'.repeat(1_000_000),
      JSON.stringify({ signal: JSON.stringify({ ...SIGNAL, code: 'Not A Code' }) }),
    ];
    for (const text of wrong) desk.last.send(text);
    desk.last.send(Buffer.from(JSON.stringify({ event: 'joined' })));
    desk.last.send(JSON.stringify({ signal: JSON.stringify(SIGNAL) }));
    await expect.poll(() => told.length).toBeGreaterThan(0);
    expect(told).toEqual([SIGNAL]);
  });

  test('comes back when the connection is lost, and says nothing while there is none', async () => {
    const desk = await DeskDouble.start();
    const { signaling } = listenTo(desk.url);
    await desk.came(1);
    desk.last.terminate();
    await expect.poll(() => desk.last.readyState).toBe(WebSocket.CLOSED);
    signaling.send(SIGNAL);
    await desk.came(2);
    signaling.send(SIGNAL);
    await expect.poll(() => desk.heard.at(-1)).toBe(JSON.stringify(SIGNAL));
    expect(desk.heard.filter((text) => text.includes('live-declined'))).toHaveLength(1);
  });

  test('makes its connection anew when it is told to, and leaves the old one', async () => {
    const desk = await DeskDouble.start();
    const { signaling, told } = listenTo(desk.url);
    await desk.came(1);
    signaling.again();
    await desk.came(2);
    await expect.poll(() => desk.sockets[0]?.readyState).toBe(WebSocket.CLOSED);
    desk.last.send(JSON.stringify({ event: 'joined' }));
    await expect.poll(() => told).toEqual(['joined']);
    signaling.close();
    signaling.again();
    await expect.poll(() => desk.last.readyState).toBe(WebSocket.CLOSED);
    expect(desk.sockets).toHaveLength(2);
  });

  test.each([
    [
      'refuses the ticket',
      (socket: WebSocket): void => {
        socket.close(TICKET_REFUSED_CLOSE);
      },
      'live-desk-refused',
    ],
    [
      'ends the room',
      (socket: WebSocket): void => {
        socket.send('{"event":"over"}');
      },
      'live-peer-absent',
    ],
  ])('does not come back to a desk that %s', async (_what, act, code) => {
    const desk = await DeskDouble.start();
    const { told } = listenTo(desk.url);
    await desk.came(1);
    act(desk.last);
    await expect.poll(() => told).toEqual([code]);
    expect(desk.sockets).toHaveLength(1);
  });

  test('says whether it was the desk that was not there, or the other side', async () => {
    const nobody = listenTo('ws://127.0.0.1:9', 300);
    const desk = await DeskDouble.start();
    const alone = listenTo(desk.url, 1000);
    await expect.poll(() => nobody.told).toEqual(['live-desk-unreachable']);
    await expect.poll(() => alone.told, { timeout: 5000 }).toEqual(['live-peer-absent']);
  });
});

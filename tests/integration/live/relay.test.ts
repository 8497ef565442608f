import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TICKET_REFUSED_CLOSE, type RelayMessage } from '../../../src/shared/protocol/live-relay.js';
import { freshDesk, type DeskUnderTest } from '../desk/desk-in-folder.js';

// The desk's relay as programs on the network meet it.

/** One side's socket and what it heard. */
class Caller {
  readonly socket: WebSocket;
  readonly heard: RelayMessage[] = [];
  closeCode: number | undefined;

  constructor(desk: DeskUnderTest, ticket?: string) {
    this.socket = new WebSocket(`${desk.url.replace('http', 'ws')}/api/live/socket`);
    this.socket.on('open', () => {
      if (ticket !== undefined) this.socket.send(JSON.stringify({ ticket }));
    });
    this.socket.on('message', (data) => {
      this.heard.push(JSON.parse((data as Buffer).toString('utf8')) as RelayMessage);
    });
    this.socket.on('close', (code) => {
      this.closeCode = code;
    });
    this.socket.on('error', () => undefined);
  }

  async hears(message: RelayMessage): Promise<void> {
    await expect.poll(() => this.heard).toContainEqual(message);
  }

  async closes(): Promise<number | undefined> {
    await expect.poll(() => this.closeCode, { timeout: 10_000 }).toBeDefined();
    return this.closeCode;
  }
}

/** What one more socket meets. */
async function met(desk: DeskUnderTest): Promise<string> {
  const { socket } = new Caller(desk);
  const refusal = once(socket, 'unexpected-response').then(([, response]) =>
    String((response as IncomingMessage).statusCode),
  );
  return await Promise.race([once(socket, 'open').then(() => 'open'), refusal]);
}

interface RoomAnswer {
  readonly code: string;
  readonly ticket: string;
  readonly iceServers: unknown[];
}

async function join(desk: DeskUnderTest, code: string) {
  return desk.post<{ ticket: string }>('/api/live/join', { code }, { cookie: await desk.cookie() });
}

describe('a customer and a technician', () => {
  test('find each other by a code, and the desk passes on what they say', async () => {
    const desk = await freshDesk();
    const { status, body: room } = await desk.post<RoomAnswer>('/api/live/rooms', {});
    expect(status).toBe(200);
    expect(room.iceServers).toEqual([]);
    const customer = new Caller(desk, room.ticket);
    const { body: joined } = await join(desk, room.code);
    const technician = new Caller(desk, joined.ticket);
    await Promise.all([customer.hears({ event: 'joined' }), technician.hears({ event: 'joined' })]);
    customer.socket.send('{"kind":"end"}');
    await technician.hears({ signal: '{"kind":"end"}' });
    technician.socket.terminate();
    await customer.hears({ event: 'left' });
  });

  test('are given servers that help, with credentials of their own', async () => {
    const desk = await freshDesk({ ice: { turn: { urls: ['turn:turn.example.org'], secret: 'a-secret' } } });
    const { body: room } = await desk.post<RoomAnswer>('/api/live/rooms', {});
    expect(room.iceServers).toMatchObject([{ urls: ['turn:turn.example.org'] }]);
    const { body } = await desk.post<RoomAnswer>('/api/live/ice', {});
    expect(body.iceServers).not.toEqual(room.iceServers);
  });

  test('need the key of the app and a sign-in, where the desk asks for them', async () => {
    const desk = await freshDesk({ ingestKey: 'the-key-of-the-app-1' });
    expect((await desk.post('/api/live/rooms', {})).body).toMatchObject({ code: 'wrong-ingest-key' });
    expect((await desk.post('/api/live/ice', {})).body).toMatchObject({ code: 'not-signed-in' });
    const key = { authorization: 'Bearer the-key-of-the-app-1' };
    const { body: room } = await desk.post<RoomAnswer>('/api/live/rooms', {}, key);
    expect((await desk.post('/api/live/join', { code: room.code })).body).toMatchObject({ code: 'not-signed-in' });
    expect((await desk.post('/api/live/ice', {}, key)).status).toBe(200);
    expect((await join(desk, room.code)).status).toBe(200);
  });
});

describe('a stranger', () => {
  test('has ten guesses a minute, and a code that was used is none', async () => {
    const desk = await freshDesk();
    const { body: room } = await desk.post<RoomAnswer>('/api/live/rooms', {});
    expect((await join(desk, room.code)).status).toBe(200);
    const answers = [];
    for (let guess = 0; guess < 11; guess += 1) answers.push((await join(desk, room.code)).body);
    expect(answers[0]).toMatchObject({ code: 'live-code-unknown' });
    expect(answers.at(-1)).toMatchObject({ code: 'too-many-requests' });
  });

  test.each([
    ['a ticket of nobody', JSON.stringify({ ticket: 'x'.repeat(43) })],
    ['no JSON', '{'],
    ['another shape', '{"code":"K7QF2M4X"}'],
  ])('who comes with %s is sent away', async (_what, greeting) => {
    const caller = new Caller(await freshDesk());
    caller.socket.on('open', () => {
      caller.socket.send(greeting);
    });
    expect(await caller.closes()).toBe(TICKET_REFUSED_CLOSE);
  });

  test('who says nothing is sent away after a while', async () => {
    const caller = new Caller(await freshDesk());
    expect(await caller.closes()).toBe(1006);
  });

  test('can hold only so many sockets of one network', async () => {
    const desk = await freshDesk();
    const callers = Array.from({ length: 20 }, () => new Caller(desk));
    await expect.poll(() => callers.filter(({ closeCode }) => closeCode === 1006).length).toBe(4);
  });

  test('has one guess a socket', async () => {
    const desk = await freshDesk();
    const { body: room } = await desk.post<RoomAnswer>('/api/live/rooms', {});
    const inRoom = new Caller(desk, room.ticket);
    const { body: joined } = await join(desk, room.code);
    const guesser = new Caller(desk, 'x'.repeat(43));
    await once(guesser.socket, 'open');
    guesser.socket.send(JSON.stringify({ ticket: joined.ticket }));
    expect(await guesser.closes()).toBe(TICKET_REFUSED_CLOSE);
    expect([...inRoom.heard, ...guesser.heard]).toEqual([]);
  });

  test('counts until the socket is gone, also where its ticket was refused', async () => {
    const desk = await freshDesk();
    const callers = Array.from({ length: 16 }, () => new Caller(desk));
    // Whoever reads nothing never takes part in closing.
    await Promise.all(
      callers.map(async ({ socket }) => {
        await once(socket, 'open');
        socket.pause();
        await new Promise((resolve) => {
          socket.send('{', resolve);
        });
      }),
    );
    await desk.post('/api/live/rooms', {});
    expect(await met(desk)).toBe('503');
    // They are cut off as those who say nothing are.
    await expect.poll(() => met(desk), { timeout: 10_000, interval: 500 }).toBe('open');
  });

  test('finds no socket elsewhere', async () => {
    const desk = await freshDesk();
    const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/api/live/other`);
    const failure = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(failure.message).toContain('404');
  });
});

describe('a side', () => {
  test.each([
    [
      'a signal that is too large',
      (socket: WebSocket) => {
        socket.send('x'.repeat(8193));
      },
    ],
    [
      'bytes',
      (socket: WebSocket) => {
        socket.send(Buffer.from('x'));
      },
    ],
    [
      'more than any that is honest',
      (socket: WebSocket) => {
        for (let n = 0; n < 1001; n += 1) socket.send('x');
      },
    ],
  ])('that sends %s is cut off', async (_what, send) => {
    const desk = await freshDesk();
    const { body: room } = await desk.post<RoomAnswer>('/api/live/rooms', {});
    const customer = new Caller(desk, room.ticket);
    const { body: joined } = await join(desk, room.code);
    const technician = new Caller(desk, joined.ticket);
    await customer.hears({ event: 'joined' });
    send(technician.socket);
    // 1009: too large, as the WebSocket's own rules say it.
    expect([1006, 1009]).toContain(await technician.closes());
    await customer.hears({ event: 'left' });
  });
});

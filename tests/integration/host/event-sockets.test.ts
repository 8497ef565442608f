import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { EventSockets } from '../../../src/main/web/event-sockets.js';
import { CAPABILITY_REFUSED_CLOSE } from '../../../src/shared/protocol/frame.js';

// The event channel as a program on this machine meets it.

const MAX_STRANGERS = 64;
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function listening(): Promise<{ connect: () => WebSocket; joined: string[] }> {
  const joined: string[] = [];
  const audience = {
    join: (key: string) => {
      joined.push(key);
      return () => undefined;
    },
  };
  const sockets = new EventSockets(audience as never, (capability) =>
    capability === 'c'.repeat(43) ? 'the page' : undefined,
  );
  const server = createServer().on('upgrade', (request, socket, head) => {
    sockets.accept(request, socket, head);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => {
    sockets.close();
    server.close();
  });
  const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  const connect = (): WebSocket => {
    const socket = new WebSocket(url).on('error', () => undefined);
    ends.push(() => {
      socket.terminate();
    });
    return socket;
  };
  return { connect, joined };
}

async function isLetIn(connect: () => WebSocket): Promise<boolean> {
  const socket = connect();
  const isOpen = await Promise.race([
    once(socket, 'open').then(() => true),
    once(socket, 'unexpected-response').then(() => false),
  ]);
  socket.terminate();
  return isOpen;
}

describe('a stranger', () => {
  test('with a capability of nobody is sent away, and has one try', async () => {
    const { connect, joined } = await listening();
    const socket = connect();
    await once(socket, 'open');
    socket.send(JSON.stringify({ capability: 'x'.repeat(43) }));
    socket.send(JSON.stringify({ capability: 'c'.repeat(43) }));
    expect((await once(socket, 'close'))[0]).toBe(CAPABILITY_REFUSED_CLOSE);
    expect(joined).toEqual([]);
  });

  test('counts until the socket is gone, also one that was refused and does not let go', async () => {
    const { connect } = await listening();
    await Promise.all(
      Array.from({ length: MAX_STRANGERS }, async () => {
        const socket = connect();
        await once(socket, 'open');
        // Whoever reads nothing never takes part in closing.
        socket.pause();
        await new Promise((resolve) => {
          socket.send('{', resolve);
        });
      }),
    );
    // What was sent has been read, too.
    const late = connect();
    await Promise.race([once(late, 'open'), once(late, 'unexpected-response')]);
    expect(await isLetIn(connect)).toBe(false);
    await expect.poll(() => isLetIn(connect), { timeout: 10_000, interval: 500 }).toBe(true);
  });

  test('does not keep those out who are known', async () => {
    const { connect, joined } = await listening();
    for (let index = 0; index <= MAX_STRANGERS; index += 1) {
      const socket = connect();
      await once(socket, 'open');
      socket.send(JSON.stringify({ capability: 'c'.repeat(43) }));
      await once(socket, 'message');
    }
    expect(joined).toHaveLength(MAX_STRANGERS + 1);
  });
});

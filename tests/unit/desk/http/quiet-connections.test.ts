import { once } from 'node:events';
import { createServer, get, Agent, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QuietConnections } from '../../../../src/desk/http/quiet-connections.js';

let server: Server;
let port: number;
let quiet: QuietConnections;
let open: Socket[];
let agent: Agent;
beforeEach(async () => {
  // None of these connections would end by itself within the time of a test.
  server = createServer({ keepAliveTimeout: 600_000, connectionsCheckingInterval: 600_000 });
  quiet = new QuietConnections(server);
  open = [];
  agent = new Agent({ keepAlive: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  agent.destroy();
  for (const socket of open) socket.destroy();
  server.closeAllConnections();
  quiet.stop();
});

async function connected(): Promise<Socket> {
  const arrived = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  open.push(socket);
  socket.on('error', () => undefined);
  await arrived;
  return socket;
}

/** A request that is under way; its response is the server's to send. */
async function asked(): Promise<{ response: ServerResponse; answer: Promise<string> }> {
  const arrived = once(server, 'request') as Promise<[unknown, ServerResponse]>;
  const answer = new Promise<string>((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent }, (incoming) => {
      let text = '';
      incoming.on('data', (data: Buffer) => (text += data.toString()));
      incoming.on('end', () => {
        resolve(text);
      });
    }).on('error', reject);
  });
  return { response: (await arrived)[1], answer };
}

function closed(): Promise<void> {
  const done = new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  quiet.end();
  return done;
}

describe('a server that closes', () => {
  it('does not wait for a connection that has never asked anything', async () => {
    await connected();
    await closed();
  });

  it('sends the answers that are under way, and does not wait for their connections then', async () => {
    const { response, answer } = await asked();
    const done = closed();
    await new Promise((resolve) => setTimeout(resolve, 100));
    response.end('still there');
    expect(await answer).toBe('still there');
    await done;
  });

  it('does not wait for a connection that comes in the middle of it', async () => {
    const { response, answer } = await asked();
    const late = await connected();
    const done = closed();
    await once(late, 'close');
    response.end('still there');
    expect(await answer).toBe('still there');
    await done;
  });
});

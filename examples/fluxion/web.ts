// Fluxion's host process in a browser's world: its own small server, with the recorder's host attached by one call.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import { startWebHost, supervise } from 'fluxion-recorder/main';
import { WebSocketServer } from 'ws';
import { InvoiceCache } from './invoice-cache.js';
import { book, findCustomers, RATES, type LedgerOrder } from './ledger.js';
import { supportCommands } from './support.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: '.data/fluxion' },
    desk: { type: 'string' },
    // Whose technicians may propose commands. An app that is shipped has it in its code or its configuration.
    'root-key': { type: 'string', multiple: true, default: [] },
  },
});
/** From here on in a process that can be started again. */
const supervised = await supervise();
/** Next to out/main, where this file is built to. */
const documents = resolve(import.meta.dirname, '../renderer');
const SYNC_LIMIT_BYTES = 4 * 1024 * 1024;
/** Beside the recorder's folder, which is the recorder's alone. */
const invoices = new InvoiceCache(`${resolve(values.data)}-invoices`);

const server = fastify({ bodyLimit: SYNC_LIMIT_BYTES, forceCloseConnections: true });
await server.register(fastifyStatic, {
  root: join(documents, 'assets'),
  prefix: '/assets/',
  immutable: true,
  maxAge: '1y',
});
server.addHook('onSend', async (_request, reply) => {
  reply.header('Origin-Agent-Cluster', '?1').header('X-Content-Type-Options', 'nosniff');
});
server.get('/', (_request, reply) => reply.sendFile('examples/fluxion/index.html', documents, { cacheControl: false }));
server.get('/api/rates', () => RATES);
server.get<{ Querystring: { q?: string } }>('/api/customers', ({ query }) => {
  // As servers do: what was asked for stands in the process's own log.
  console.info('Customer search', query.q ?? '');
  return findCustomers(query.q ?? '');
});
server.get<{ Params: { id: string } }>('/invoice/:id', async ({ params }, reply) => {
  const page = await invoices.page(Number(params.id));
  if (page === undefined) return reply.code(404).send();
  return reply.type('text/html').send(page);
});
server.post<{ Body: LedgerOrder[] }>('/api/sync', (request, reply) => {
  try {
    const total = book(request.body);
    return { booked: request.body.length, total };
  } catch (error) {
    console.error('Booking failed', error);
    return reply.code(500).send({ error: error instanceof Error ? error.message : String(error) });
  }
});

const notices = new WebSocketServer({ noServer: true });
server.server.on('upgrade', (request, socket, head) => {
  if (request.url !== '/api/notices') {
    // Before the recorder's host is attached, its pages' sockets come here: they try again.
    socket.destroy();
    return;
  }
  notices.handleUpgrade(request, socket, head, (channel) => {
    channel.send('Connected');
  });
});

// Where the run before was: its pages are still open.
const url = await listen(supervised.ports['fluxion'] ?? Number(values.port));
const { desk } = values;
// The one call that an app adds to its host process.
const host = await startWebHost({
  server: server.server,
  app: { name: 'Fluxion', version: '1.0.0' },
  dataDir: resolve(values.data),
  ...(desk === undefined ? {} : { desk: { url: desk } }),
  panel: { port: supervised.ports['panel'] },
  rootKeys: values['root-key'],
  commands: supportCommands({ desk, invoices, server: { url, restart: supervised.restart } }),
});
supervised.onEnd(async () => {
  for (const channel of notices.clients) channel.terminate();
  await Promise.allSettled([host.close(), server.close()]);
});
supervised.up({ fluxion: portOf(url), panel: portOf(host.panelUrl) });
console.log(`Fluxion is at ${url}`);

function portOf(address: string): number {
  return Number(new URL(address).port);
}

async function listen(port: number): Promise<string> {
  try {
    return await server.listen({ port, host: '127.0.0.1' });
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    // A run that follows another fails and is started again, until that port is free: its pages look for it there.
    if (!isTaken || supervised.ports['fluxion'] !== undefined) throw error;
    console.warn(`Port ${port} is taken: Fluxion takes another one.`);
    return await server.listen({ port: 0, host: '127.0.0.1' });
  }
}

// Fluxion's host process in a browser's world: its own small server, with the recorder's host attached by one call.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import { startWebHost } from 'fluxion-recorder/main';
import { WebSocketServer } from 'ws';
import { book, findCustomers, invoicePage, RATES, type LedgerOrder } from './ledger.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: '.data/fluxion' },
    desk: { type: 'string' },
  },
});
/** Next to out/main, where this file is built to. */
const documents = resolve(import.meta.dirname, '../renderer');
const SYNC_LIMIT_BYTES = 4 * 1024 * 1024;

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
server.get<{ Params: { id: string } }>('/invoice/:id', ({ params }, reply) =>
  reply.type('text/html').send(invoicePage(Number(params.id))),
);
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
  if (request.url !== '/api/notices') return;
  notices.handleUpgrade(request, socket, head, (channel) => {
    channel.send('Connected');
  });
});

const url = await listen(Number(values.port));
// The one call that an app adds to its host process.
const host = await startWebHost({
  server: server.server,
  app: { name: 'Fluxion', version: '1.0.0' },
  dataDir: resolve(values.data),
  ...(values.desk === undefined ? {} : { desk: { url: values.desk } }),
});
console.log(`Fluxion is at ${url}`);

async function listen(port: number): Promise<string> {
  try {
    return await server.listen({ port, host: '127.0.0.1' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.warn(`Port ${port} is taken: Fluxion takes another one.`);
    return await server.listen({ port: 0, host: '127.0.0.1' });
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const channel of notices.clients) channel.terminate();
    void Promise.allSettled([host.close(), server.close()]).then(() => process.exit(0));
  });
}

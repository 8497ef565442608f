import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { defineCommand, startWebHost } from 'fluxion-recorder/main';

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };
const dist = resolve('dist');

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = pathname === '/' ? 'index.html' : /^\/assets\/[\w.-]+$/.exec(pathname)?.[0];
  readFile(join(dist, file ?? 'none')).then(
    (bytes) => {
      response.writeHead(200, {
        'Content-Type': types[extname(file ?? '')] ?? 'application/octet-stream',
        // What a page under a strict policy needs, and isolated from all others.
        'Content-Security-Policy': "default-src 'self'; frame-src http://127.0.0.1:*",
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      });
      response.end(bytes);
    },
    () => {
      response.writeHead(404).end();
    },
  );
});

const restock = defineCommand({
  name: 'restock',
  title: 'Fill the shelves',
  summary: 'Puts goods back.',
  parameters: {},
  timeLimitMs: 5000,
  effect: () => ['The shelves are filled.'],
  run: () => Promise.resolve({ summary: 'filled' }),
});

server.listen(0, '127.0.0.1', () => {
  void start();
});

async function start(): Promise<void> {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = await startWebHost({
    server,
    app: { name: 'Vite', version: '1.0.0' },
    dataDir: resolve('data'),
    ...(process.env['DESK'] === undefined ? {} : { desk: { url: process.env['DESK'] } }),
    commands: { own: [restock] },
  });
  host.log('info', 'The server is up');
  console.log(`Listening at http://127.0.0.1:${String(address.port)}`);
}

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { startWebHost } from 'fluxion-recorder/main';

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css' };

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const file = pathname === '/' ? 'index.html' : /^\/assets\/[\w.-]+$/.exec(pathname)?.[0];
  readFile(join(resolve('dist'), file ?? 'none')).then(
    (bytes) => response.writeHead(200, { 'Content-Type': types[extname(file)] }).end(bytes),
    () => response.writeHead(404).end(),
  );
});
server.listen(0, '127.0.0.1', async () => {
  const app = { name: 'Shop', version: '1.0.0' };
  await startWebHost({ server, app, dataDir: resolve('data'), desk: { url: process.env.DESK } });
  console.log(`Listening at http://127.0.0.1:${server.address().port}`);
});

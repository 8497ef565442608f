// A server of Node's own, which serves a page and the recorder's modules as files.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startWebHost } from 'fluxion-recorder/main';

const recorder = dirname(fileURLToPath(import.meta.resolve('fluxion-recorder/recorder')));
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };
const policy = "default-src 'self'; script-src 'self' 'unsafe-inline'; frame-src http://127.0.0.1:*";

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const name = /^\/fluxion-recorder\/([\w-]+\.js)$/.exec(pathname)?.[1];
  const file = name !== undefined ? join(recorder, name) : resolve(import.meta.dirname, 'index.html');
  if (name === undefined && pathname !== '/') return void response.writeHead(404).end();
  readFile(file).then(
    (bytes) => {
      response.writeHead(200, { 'Content-Type': types[extname(file)], 'Content-Security-Policy': policy }).end(bytes);
    },
    () => response.writeHead(404).end(),
  );
});
server.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  await startWebHost({
    server,
    app: { name: 'Plain page', version: '1.0.0' },
    dataDir: resolve(import.meta.dirname, 'data'),
    desk: { url: process.env.DESK },
  });
  console.log(`Listening at ${url}`);
});

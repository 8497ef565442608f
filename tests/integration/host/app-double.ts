import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebHost, type WebHost, type WebHostOptions } from '../../../src/main/web/index.js';

// A double of an app and of a build: the smallest server that embeds the host, and documents of a line each.

export interface AppDouble {
  readonly origin: string;
  readonly host: WebHost;
  readonly dir: string;
  readonly server: Server;
  readonly panelOrigin: string;
  /** Closes the host and starts it again on the same folder and port. */
  restart(options?: Partial<WebHostOptions>): Promise<void>;
  close(): Promise<void>;
}

export async function startApp(options: Partial<WebHostOptions> = {}): Promise<AppDouble> {
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-host-'));
  const documentDir = join(dir, 'renderer');
  await writeDocuments(documentDir);
  let server = await listen(0);
  const start = async (more: Partial<WebHostOptions>): Promise<WebHost> =>
    await startWebHost({
      server,
      app: { name: 'Double', version: '1.2.3' },
      dataDir: join(dir, 'data'),
      panel: { documentDir },
      captureConsole: false,
      ...options,
      ...more,
    });
  let host = await start({});
  const { port } = server.address() as AddressInfo;
  return {
    dir,
    origin: `http://127.0.0.1:${port}`,
    get server() {
      return server;
    },
    get host() {
      return host;
    },
    get panelOrigin() {
      return new URL(host.panelUrl).origin;
    },
    async restart(more = {}) {
      await host.close();
      await stop(server);
      server = await listen(port);
      host = await start(more);
    },
    async close() {
      await host.close();
      await stop(server);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function listen(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<title>app</title>${request.url ?? ''}`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function writeDocuments(folder: string): Promise<void> {
  const files = {
    '.vite/manifest.json': JSON.stringify({
      'examples/fluxion/index.html': { file: 'assets/app-00000000.js', isEntry: true },
      'src/recorder/panel/index.html': { file: 'assets/panel-00000000.js', isEntry: true },
      'src/viewer/replay.html': { file: 'assets/replay-00000000.js', isEntry: true },
      'src/viewer/index.html': { file: 'assets/viewer-00000000.js', isEntry: true },
    }),
    'src/recorder/panel/index.html': '<!doctype html><html><head><title>panel</title></head><body></body></html>',
    'src/viewer/replay.html': '<!doctype html><title>replay</title>',
    'src/viewer/index.html': '<!doctype html><title>viewer</title>',
    'assets/app-00000000.js': '"app"',
    'assets/panel-00000000.js': '"panel"',
    'assets/replay-00000000.js': '"replay"',
    'assets/viewer-00000000.js': '"viewer"',
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, file, '..'), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

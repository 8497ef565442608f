import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import { root } from '../../../../scripts/built.js';
import { startWebHost } from '../../../../src/main/index.js';
import { builtRecorder } from './build-recorder.js';
import { PACKAGES } from './strangers.js';

/** The first thing in a page: the recorder, which masks nothing but secrets, so that what is typed can be compared too. */
const RECORDER = `<script type="module">
  import { startRecorder } from '/recorder/index.js';
  globalThis.recorder = startRecorder({ mask: { unmask: '*' } });
</script>`;
/** In place of the script of Swagger UI's page that asks a server on the internet for an API to show. */
const SWAGGER_SCRIPT = '/npm/swagger-ui-dist/swagger-initializer.js';
const OUR_SWAGGER_SCRIPT = `window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: '/pages/orders.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis],
  });
};`;
const PAGES = join(import.meta.dirname, 'pages');

export interface StrangersSite {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves packages of node_modules as they are, and their pages with the recorder in them. */
export async function startStrangersSite(deskUrl: string): Promise<StrangersSite> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fluxrec-strangers-'));
  const server = fastify({ forceCloseConnections: true });
  await server.register(fastifyStatic, { root: await builtRecorder(), prefix: '/recorder/' });
  server.addHook('onRequest', async ({ url }, reply) => {
    const path = new URL(url, 'http://site').pathname;
    const file = pageAt(path);
    if (file !== undefined) {
      const page = readFileSync(file, 'utf8').replace(/<head[^>]*>/, (head) => `${head}${RECORDER}`);
      return await reply.type('text/html').send(page);
    }
    if (path === SWAGGER_SCRIPT) return await reply.type('text/javascript').send(OUR_SWAGGER_SCRIPT);
  });
  await server.register(fastifyStatic, { root: PAGES, prefix: '/pages/', decorateReply: false });
  for (const name of PACKAGES) {
    await server.register(fastifyStatic, {
      root: join(root, 'node_modules', name),
      prefix: `/npm/${name}/`,
      decorateReply: false,
    });
  }
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  const host = await startWebHost({
    server: server.server,
    app: { name: 'Strangers', version: '1' },
    dataDir,
    desk: { url: deskUrl },
    captureConsole: false,
  });
  return {
    url,
    async close() {
      await host.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The page that a path names: of ours, or one that a package brings. */
function pageAt(path: string): string | undefined {
  const isPage = path.startsWith('/pages/') || PACKAGES.some((name) => path.startsWith(`/npm/${name}/`));
  if (!isPage || !path.endsWith('.html')) return undefined;
  const file = path.startsWith('/pages/') ? join(PAGES, path.slice(7)) : join(root, 'node_modules', path.slice(5));
  return existsSync(file) ? file : undefined;
}

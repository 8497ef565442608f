// The bench's own pages, built as an app would be (minified, one chunk graph), and a server for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import fastify, { type FastifyInstance } from 'fastify';
import { build, type Manifest } from 'vite';
import { root } from '../scripts/built.js';

const out = join(root, 'out', 'bench');
const pages = ['grid', 'embed-ours', 'embed-rrweb', 'player'] as const;
let built: Promise<unknown> | undefined;

export function buildPages(): Promise<unknown> {
  built ??= build({
    root,
    configFile: false,
    logLevel: 'warn',
    base: './',
    resolve: { conditions: ['fluxrec-source', 'svelte', 'browser', 'module'] },
    worker: { format: 'es' },
    plugins: [svelte({ configFile: join(root, 'svelte.config.js') })],
    build: {
      outDir: out,
      emptyOutDir: true,
      manifest: true,
      // The pages await their recorder at the top level.
      target: 'es2022',
      rolldownOptions: {
        input: Object.fromEntries(pages.map((page) => [page, join(root, 'bench/pages', `${page}.html`)])),
      },
    },
  });
  return built;
}

/** gzip (level 9) bytes of every script and style that the page loads at its start: its static imports, no lazy ones, no workers. */
export function startBytes(page: (typeof pages)[number]): number {
  const manifest = JSON.parse(readFileSync(join(out, '.vite/manifest.json'), 'utf8')) as Manifest;
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(chunk.file)) return;
    seen.add(chunk.file);
    for (const style of chunk.css ?? []) seen.add(style);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit(`bench/pages/${page}.html`);
  return [...seen].reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file)), { level: 9 }).byteLength, 0);
}

/** Serves the built pages at `/bench/pages/NAME.html`. The caller adds routes and listens. */
export async function pageServer(): Promise<FastifyInstance> {
  await buildPages();
  const server = fastify({ bodyLimit: 256 * 1024 * 1024, forceCloseConnections: true });
  await server.register(fastifyStatic, { root: out });
  return server;
}

// The bench's own pages, built as an app would be (minified, one chunk graph), and a server for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import fastify, { type FastifyInstance } from 'fastify';
import { build, type Manifest, type Plugin } from 'vite';
import { root } from '../scripts/built.js';
import { rrwebWithoutReplay } from '../scripts/rrweb-without-replay.js';

const out = join(root, 'out', 'bench');
/** Ours are built as the recorder is; the peers' as their users build them. */
const OURS = ['grid', 'embed-ours', 'screen'] as const;
const LIVE = ['live', 'live-customer', 'live-technician'] as const;
const PEERS = ['embed-rrweb', 'player', 'live-raw'] as const;
/** The document that the viewer shows a recorded page in. */
const REPLAY = 'src/viewer/replay.html';
type PageName = (typeof OURS | typeof LIVE | typeof PEERS)[number];
let built: Promise<unknown> | undefined;

export function buildPages(): Promise<unknown> {
  built ??= Promise.all([
    buildInto('ours', OURS.map(htmlOf), [rrwebWithoutReplay()]),
    // Beside them: what is shared with these would be split from the recorder's chunks.
    buildInto('live', [...LIVE.map(htmlOf), REPLAY], [rrwebWithoutReplay()]),
    buildInto('peers', PEERS.map(htmlOf), []),
  ]);
  return built;
}

function htmlOf(page: PageName): string {
  return `bench/pages/${page}.html`;
}

async function buildInto(folder: string, documents: readonly string[], plugins: Plugin[]): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    base: './',
    resolve: { conditions: ['fluxrec-source', 'svelte', 'browser', 'module'] },
    worker: { format: 'es' },
    plugins: [svelte({ configFile: join(root, 'svelte.config.js') }), ...plugins],
    build: {
      outDir: join(out, folder),
      emptyOutDir: true,
      manifest: true,
      // The pages await their recorder at the top level.
      target: 'es2022',
      rolldownOptions: {
        input: documents.map((path) => join(root, path)),
      },
    },
  });
}

function folderOf(page: PageName): string {
  const isOf = (pages: readonly string[]): boolean => pages.includes(page);
  return join(out, isOf(PEERS) ? 'peers' : isOf(LIVE) ? 'live' : 'ours');
}

/** gzip (level 9) bytes of every script and style that the page loads at its start: its static imports, no lazy ones, no workers. */
export function startBytes(page: PageName): number {
  const folder = folderOf(page);
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Manifest;
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(chunk.file)) return;
    seen.add(chunk.file);
    for (const style of chunk.css ?? []) seen.add(style);
    for (const next of chunk.imports ?? []) visit(next);
  };
  visit(htmlOf(page));
  return [...seen].reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).byteLength, 0);
}

/** Serves the built pages at `/ours/bench/pages/NAME.html`, `/live/…` and `/peers/…`. The caller adds routes and listens. */
export async function pageServer(): Promise<FastifyInstance> {
  await buildPages();
  const server = fastify({ bodyLimit: 256 * 1024 * 1024, forceCloseConnections: true });
  await server.register(fastifyStatic, { root: out });
  return server;
}

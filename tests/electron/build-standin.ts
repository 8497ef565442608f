import { join } from 'node:path';
import { build } from 'vite';
import { build as buildProduct, root } from '../../scripts/built.js';

export const STANDIN = join(root, '.cache/electron-standin');

const here = import.meta.dirname;

/** The product, and beside it the stand-in. */
export default async function buildAll(): Promise<void> {
  await buildProduct();
  await buildStandIn();
}

/** One file for Node, and a script for each world of a page. */
export async function buildStandIn(): Promise<void> {
  const common = { configFile: false, logLevel: 'error', root } as const;
  await build({
    ...common,
    build: {
      ssr: join(here, 'standin/start.ts'),
      outDir: STANDIN,
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: 'standin.js' } },
    },
  });
  for (const world of ['page-world', 'preload-world']) {
    await build({
      ...common,
      build: {
        lib: {
          entry: join(here, 'standin/worlds', `${world}.ts`),
          formats: ['iife'],
          name: 'world',
          fileName: () => `${world}.js`,
        },
        outDir: STANDIN,
        emptyOutDir: false,
      },
    });
  }
}

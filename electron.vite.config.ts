import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { earlyScript } from './scripts/early-script.js';
import { rrwebWithoutReplay } from './scripts/rrweb-without-replay.js';

const at = (path: string): string => resolve(import.meta.dirname, path);
// Our own entries resolve to their sources, so that the example and the tools build without a package build first.
const conditions = ['fluxrec-source'];

// One build for everything that `npm start` runs: the Node processes (main) and the documents (renderer).
export default defineConfig({
  main: {
    ssr: { resolve: { conditions: [...conditions, 'node', 'module'] } },
    build: {
      sourcemap: true,
      externalizeDeps: { exclude: ['fluxion-recorder'] },
      rolldownOptions: {
        input: {
          fluxion: at('examples/fluxion/web.ts'),
          electron: at('examples/fluxion/electron/main.ts'),
          desk: at('src/desk/start.ts'),
          // A thread of the desk's, started by this name from beside it.
          'verify-thread': at('src/desk/intake/verify-thread.ts'),
          fluxrec: at('src/cli/fluxrec.ts'),
        },
      },
    },
  },
  // Sandboxed preload scripts: CommonJS, each one self-contained file.
  preload: {
    ssr: { resolve: { conditions: [...conditions, 'node', 'module'] } },
    build: {
      isolatedEntries: true,
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          fluxion: at('examples/fluxion/electron/preload.ts'),
          'fluxrec-panel': at('src/main/electron/panel-preload.ts'),
        },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('.'),
    base: './',
    resolve: { conditions: [...conditions, 'svelte', 'browser', 'module'] },
    worker: { format: 'es' },
    plugins: [
      svelte({ configFile: at('svelte.config.js') }),
      rrwebWithoutReplay(),
      earlyScript('src/viewer/index.html', '/src/viewer/early.ts'),
    ],
    build: {
      minify: true,
      manifest: true,
      rolldownOptions: {
        input: {
          fluxion: at('examples/fluxion/index.html'),
          panel: at('src/recorder/panel/index.html'),
          viewer: at('src/viewer/index.html'),
          early: at('src/viewer/early.ts'),
          replay: at('src/viewer/replay.html'),
        },
        // A browser fetches six files at a time from a server: what is needed together comes together.
        output: {
          codeSplitting: {
            includeDependenciesRecursively: false,
            groups: [
              { name: 'svelte', test: /node_modules[\\/](svelte|esm-env|clsx)[\\/]/, minShareCount: 2 },
              { name: 'shared', test: /src[\\/]shared[\\/]|node_modules[\\/]valibot/, minShareCount: 2 },
              {
                // The early script is one file.
                name: 'early',
                test: /src[\\/]viewer[\\/](early|sources[\\/](early-requests|first-ranges|desk-urls|block-cache)|state[\\/]route|model[\\/]moment)\.ts/,
                priority: 1,
              },
              { name: 'viewing', test: /src[\\/]viewer[\\/](replay|sources|model)[\\/]/, minShareCount: 2 },
              {
                name: 'viewer-base',
                test: /src[\\/]viewer[\\/](state|components|text|panels)[\\/]/,
                minShareCount: 2,
              },
            ],
          },
        },
      },
    },
  },
});

import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';
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
          desk: at('src/desk/start.ts'),
          // A thread of the desk's, started by this name from beside it.
          'verify-thread': at('src/desk/intake/verify-thread.ts'),
          fluxrec: at('src/cli/fluxrec.ts'),
        },
      },
    },
  },
  renderer: {
    root: at('.'),
    base: './',
    resolve: { conditions: [...conditions, 'svelte', 'browser', 'module'] },
    worker: { format: 'es' },
    plugins: [svelte({ configFile: at('svelte.config.js') }), rrwebWithoutReplay()],
    build: {
      minify: true,
      manifest: true,
      rolldownOptions: {
        input: {
          fluxion: at('examples/fluxion/index.html'),
          panel: at('src/recorder/panel/index.html'),
          viewer: at('src/viewer/index.html'),
          replay: at('src/viewer/replay.html'),
        },
      },
    },
  },
});

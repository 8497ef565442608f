import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import { documents } from './scripts/documents.js';
import { OUTSIDE } from './scripts/outside.js';

const at = (path: string): string => resolve(import.meta.dirname, path);
// Our own entries resolve to their sources, so that the example and the tools build without a package build first.
const conditions = ['fluxrec-source'];

// One build for everything that `npm start` runs: the Node processes (main) and the documents (renderer).
export default defineConfig({
  main: {
    // Its file for Node declares a `require` of its own, beside the one that electron-vite puts into the same chunk.
    resolve: { alias: [{ find: /^fflate$/, replacement: 'fflate/browser' }] },
    ssr: { resolve: { conditions: [...conditions, 'node', 'module'] } },
    build: {
      sourcemap: true,
      externalizeDeps: false,
      rolldownOptions: {
        external: [...OUTSIDE],
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
  renderer: documents(at('.'), { fluxion: 'examples/fluxion/index.html' }),
});

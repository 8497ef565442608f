import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { UserConfig } from 'vite';
import { earlyScript } from './early-script.js';
import { rrwebWithoutReplay } from './rrweb-without-replay.js';

/** The documents of the product itself; an app adds its own. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  panel: 'src/recorder/panel/index.html',
  viewer: 'src/viewer/index.html',
  early: 'src/viewer/early.ts',
  replay: 'src/viewer/replay.html',
};

/** How documents are built: for `npm start` together with an app's, for the package alone. */
export function documents(root: string, ownInput: Readonly<Record<string, string>> = {}): UserConfig {
  const inputs = Object.entries({ ...DOCUMENTS, ...ownInput });
  return {
    root,
    base: './',
    resolve: { conditions: ['fluxrec-source', 'svelte', 'browser', 'module'] },
    worker: { format: 'es' },
    plugins: [
      svelte({ configFile: join(root, 'svelte.config.js') }),
      rrwebWithoutReplay(),
      earlyScript('src/viewer/index.html', '/src/viewer/early.ts'),
    ],
    build: {
      minify: true,
      manifest: true,
      rolldownOptions: {
        input: Object.fromEntries(inputs.map(([name, path]) => [name, join(root, path)])),
        // A browser fetches six files at a time from a server: what is needed together comes together.
        output: {
          codeSplitting: {
            includeDependenciesRecursively: false,
            groups: [
              { name: 'svelte', test: /node_modules[\\/](svelte|esm-env|clsx)[\\/]/, minShareCount: 2 },
              {
                name: 'shared',
                test: /src[\\/]shared[\\/]|node_modules[\\/](valibot|@noble[\\/]hashes)[\\/]/,
                minShareCount: 2,
              },
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
  };
}

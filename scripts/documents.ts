import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { UserConfig } from 'vite';
import { documentScripts } from './document-scripts.js';
import { rrwebWithoutReplay } from './rrweb-without-replay.js';

/** The documents of the product itself; an app adds its own. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  panel: 'src/recorder/panel/index.html',
  viewer: 'src/viewer/index.html',
  early: 'src/viewer/early.ts',
  replay: 'src/viewer/replay.html',
};

/** The script that the viewer's document names; the app is imported by it when it is needed. */
const VIEWER_START = 'src/viewer/viewer.ts';

/** How documents are built: for `npm start` together with an app's, for the package alone. */
export function documents(root: string, ownInput: Readonly<Record<string, string>> = {}): UserConfig {
  const starts = importedBy(join(root, VIEWER_START));
  const inputs = Object.entries({ ...DOCUMENTS, ...ownInput });
  return {
    root,
    base: './',
    resolve: { conditions: ['fluxrec-source', 'svelte', 'browser', 'module'] },
    worker: { format: 'es' },
    plugins: [
      svelte({ configFile: join(root, 'svelte.config.js') }),
      rrwebWithoutReplay(),
      documentScripts({
        document: 'src/viewer/index.html',
        early: '/src/viewer/early.ts',
        later: '/src/viewer/App.svelte',
      }),
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
                // What the app comes with later must not come with what starts it.
                name: (id, context) => (starts(id, context) ? 'viewer-start' : 'viewer-base'),
                debugName: 'viewer',
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

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** Whether a module is imported by `entry`, through however many others; what is imported when it is needed does not count. */
function importedBy(entry: string): (id: string, modules: Modules) => boolean {
  let imported: Set<string> | undefined;
  return (id, modules) => {
    if (imported === undefined) {
      imported = new Set([entry]);
      for (const one of imported) for (const next of modules.getModuleInfo(one)?.importedIds ?? []) imported.add(next);
    }
    return imported.has(id);
  };
}

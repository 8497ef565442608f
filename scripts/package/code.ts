import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type InlineConfig, type Plugin } from 'vite';
import { OUTSIDE } from '../outside.js';
import { rrwebWithoutReplay } from '../rrweb-without-replay.js';
import type { Licences } from './licences.js';

export interface CodeBuild {
  readonly root: string;
  readonly outDir: string;
  readonly licences: Licences;
}

type Inputs = Readonly<Record<string, string>>;

function sourcesOf(root: string, inputs: Inputs): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, path]) => [name, join(root, path)]));
}

function common({ root, outDir, licences }: CodeBuild): InlineConfig {
  return {
    root,
    configFile: false,
    logLevel: 'warn',
    // Nothing of it may depend on who builds it.
    envDir: false,
    publicDir: false,
    plugins: [licences.plugin()],
    build: { outDir, emptyOutDir: false, reportCompressedSize: false },
  };
}

/** Modules for Node: readable, so that a stack in a report can be read. */
export async function buildForNode(target: CodeBuild, programs: readonly string[], inputs: Inputs): Promise<void> {
  const base = common(target);
  await build({
    ...base,
    ssr: {
      noExternal: true,
      external: ['electron'],
      resolve: { conditions: ['fluxrec-source', 'node', 'module'] },
    },
    build: {
      ...base.build,
      ssr: true,
      target: 'node20',
      rolldownOptions: {
        input: sourcesOf(target.root, inputs),
        external: [...OUTSIDE],
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          banner: (chunk) => (chunk.isEntry && programs.includes(chunk.name) ? '#!/usr/bin/env node' : ''),
        },
      },
    },
  });
}

/** Sandboxed preload scripts: CommonJS, each one self-contained file. */
export async function buildPreloads(target: CodeBuild, inputs: Inputs): Promise<void> {
  const base = common(target);
  for (const [name, source] of Object.entries(sourcesOf(target.root, inputs))) {
    await build({
      ...base,
      ssr: { noExternal: true, external: ['electron'], resolve: { conditions: ['fluxrec-source', 'node', 'module'] } },
      build: {
        ...base.build,
        ssr: true,
        target: 'node20',
        rolldownOptions: {
          input: { [name]: source },
          output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
        },
      },
    });
  }
}

/**
 * Modules for pages, whatever bundles them or nothing does: all files of an entry in one folder, no bare imports, no
 * `import.meta.env`, and workers named as every bundler knows them, `new Worker(new URL('./x.js', import.meta.url))`. (Built for a
 * page, Vite would put an expression of its own there, which no other bundler follows.)
 */
export async function buildForPages(target: CodeBuild, inputs: Inputs): Promise<void> {
  const base = common(target);
  await build({
    ...base,
    plugins: [...(base.plugins ?? []), rrwebWithoutReplay(), workersAsBuilt()],
    ssr: {
      target: 'webworker',
      noExternal: true,
      resolve: { conditions: ['fluxrec-source', 'browser', 'module'] },
    },
    build: {
      ...base.build,
      ssr: true,
      target: 'es2022',
      minify: true,
      rolldownOptions: {
        input: sourcesOf(target.root, inputs),
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: '[name]-[hash].js',
          codeSplitting: true,
        },
      },
    },
  });
}

/** A worker is one file, so that any bundler can take it as it is. */
export async function buildWorkers(target: CodeBuild, inputs: Inputs): Promise<void> {
  for (const [name, path] of Object.entries(inputs)) await buildForPages(target, { [name]: path });
}

/** Throws where a module of a folder starts a worker that was not built into it. */
export function checkWorkers(folder: string): void {
  const files = new Set(readdirSync(folder));
  for (const file of files) {
    const started = readFileSync(join(folder, file), 'utf8').matchAll(
      /new URL\("\.\/([\w-]+\.js)",import\.meta\.url\)/g,
    );
    for (const [, worker = ''] of started)
      if (!files.has(worker)) throw new Error(`${file} starts ${worker}, which is not built.`);
  }
}

/** Workers are built beside the modules that start them. */
function workersAsBuilt(): Plugin {
  return {
    name: 'workers-as-built',
    transform: {
      filter: { code: /new Worker\(/ },
      handler(code) {
        const source = /new URL\((['"])\.\/([\w-]+-worker)\.ts\1,\s*import\.meta\.url\)/g;
        return source.test(code)
          ? { code: code.replace(source, 'new URL("./$2.js", import.meta.url)'), map: null }
          : null;
      },
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        // Minified, a text is a template, which not every bundler takes for one.
        if (file.type === 'chunk') file.code = file.code.replace(/new URL\(`(\.\/[\w-]+\.js)`,/g, 'new URL("$1",');
      }
    },
  };
}

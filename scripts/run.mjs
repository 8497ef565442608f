// Runs a TypeScript file of this repository in Node without a build: node scripts/run.mjs FILE [ARGUMENT ...]
// Vite's module runner resolves and transforms it exactly as the build does; nothing is written to disk.
import { resolve } from 'node:path';
import { runnerImport } from 'vite';

const root = resolve(import.meta.dirname, '..');
const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: node scripts/run.mjs FILE [ARGUMENT ...]');
  process.exit(2);
}
process.argv = [process.argv[0] ?? 'node', resolve(root, file), ...rest];
await runnerImport(resolve(root, file), {
  root,
  configFile: false,
  logLevel: 'error',
  ssr: { resolve: { conditions: ['fluxrec-source', 'node', 'module'], externalConditions: ['node'] } },
});

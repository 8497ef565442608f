import { copyFile, readdir } from 'node:fs/promises';
import { build } from 'esbuild';
import { writePage } from './built-page.mjs';

await build({
  entryPoints: { main: 'src/plain.js' },
  outdir: 'dist/assets',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
});
// It leaves the workers' addresses as they are: their files belong beside what it wrote.
const recorder = 'node_modules/fluxion-recorder/dist/recorder';
for (const file of await readdir(recorder)) {
  if (file.endsWith('-worker.js')) await copyFile(`${recorder}/${file}`, `dist/assets/${file}`);
}
await writePage('esbuild');

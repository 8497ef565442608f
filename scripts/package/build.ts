// npm run build:package: dist/, as it is published. Nothing of it needs another package at run time, but for the desk's servers.
import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildForNode, buildForPages, buildPreloads } from './code.js';
import { buildDocuments } from './shown.js';
import { Licences } from './licences.js';
import { buildRecorder } from './recorder.js';
import { buildTypes } from './types.js';

const root = resolve(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const licences = new Licences();
/** What npm puts a command for: the first line says who runs it. */
const PROGRAMS = ['desk', 'fluxrec'];
const into = (folder: string) => ({ root, licences, outDir: join(dist, folder) });

rmSync(dist, { recursive: true, force: true });

await buildForNode(into('main'), PROGRAMS, {
  index: 'src/main/index.ts',
  desk: 'src/desk/packaged.ts',
  // Looks for its documents and its thread beside itself.
  'desk-server': 'src/desk/start.ts',
  // A thread of the desk's, started by this name from beside it.
  'verify-thread': 'src/desk/intake/verify-thread.ts',
  fluxrec: 'src/cli/fluxrec.ts',
});
await buildForNode(into('preload'), [], { index: 'src/main/preload.ts' });
await buildPreloads(into('preload'), {
  recorder: 'src/main/recorder-preload.ts',
  'fluxrec-panel': 'src/main/electron/panel-preload.ts',
});
await buildRecorder(into('recorder'));
await buildForPages(into('viewer'), { index: 'src/viewer/replay.ts' });
await buildForPages(into('bundle'), { index: 'src/shared/bundle/index.ts' });

await buildDocuments(into('renderer'));

buildTypes(
  { root, outDir: join(dist, 'types'), workDir: join(root, '.cache/package-types') },
  {
    main: 'src/main/index.ts',
    preload: 'src/main/preload.ts',
    recorder: 'src/recorder/entry.ts',
    viewer: 'src/viewer/replay.ts',
    bundle: 'src/shared/bundle/index.ts',
  },
);

writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licences.text());
copyFileSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
const bytes = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .map((name) => statSync(join(dist, name)))
  .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
console.log(`dist: ${(bytes / 1024 / 1024).toFixed(1)} MB, with code of ${licences.names.length} packages`);

import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { build } from 'vite';
import { documentFiles, viteManifestSchema } from '../../src/shared/serve/document-files.js';
import { PANEL_DOCUMENT, REPLAY_DOCUMENT } from '../../src/shared/serve/panel-documents.js';
import { documents } from '../documents.js';
import type { CodeBuild } from './code.js';

const VIEWER_DOCUMENT = 'src/viewer/index.html';

/**
 * The documents: the panel's, the replay's, the viewer's. They are built beside the example, as for `npm start`, so that what
 * recorder and documents share lies in chunks of its own here too; what no document asks for is then taken away.
 */
export async function buildDocuments({ root, outDir, licences }: CodeBuild): Promise<void> {
  const shown = documents(root, { fluxion: 'examples/fluxion/index.html' });
  await build({
    ...shown,
    configFile: false,
    logLevel: 'warn',
    plugins: [...(shown.plugins ?? []), licences.plugin()],
    worker: { ...shown.worker, plugins: () => [licences.plugin()] },
    build: { ...shown.build, outDir, emptyOutDir: true },
  });
  const text = readFileSync(join(outDir, '.vite/manifest.json'), 'utf8');
  const manifest = v.parse(viteManifestSchema, JSON.parse(text));
  const viewer = manifest[VIEWER_DOCUMENT]?.file ?? '';
  if (documentFiles(manifest, [PANEL_DOCUMENT, REPLAY_DOCUMENT]).has(viewer)) {
    throw new Error('The panel would load the viewer: scripts/documents.ts has no chunk for something that both need.');
  }
  const asked = documentFiles(manifest, [PANEL_DOCUMENT, REPLAY_DOCUMENT, VIEWER_DOCUMENT]);
  for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    const file = name.replaceAll('\\', '/');
    if (asked.has(file) || file === '.vite/manifest.json' || !statSync(join(outDir, name)).isFile()) continue;
    rmSync(join(outDir, name));
  }
}

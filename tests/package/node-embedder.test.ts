import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { makeEmbedder, type Embedder } from './embedder.js';

// The package in Node itself, without a bundler: ES modules and CommonJS, both as Node and as TypeScript find what `exports` names.

const ENTRIES = ['main', 'bundle', 'viewer', 'recorder'];
const IMPORTED = `
import { startElectronHost, startWebHost, type ElectronHost } from 'fluxion-recorder/main';
import { exposeRecorder } from 'fluxion-recorder/preload';
import { startRecorder, type Recorder } from 'fluxion-recorder/recorder';
import { openPreview } from 'fluxion-recorder/viewer';
import { openBundle } from 'fluxion-recorder/bundle';
export const start: () => ElectronHost = () => startElectronHost({ origins: ['shop://app'] });
export const record: () => Recorder = startRecorder;
export const rest = [startWebHost, exposeRecorder, openPreview, openBundle];
`;
const REQUIRED = `
import type { ElectronHost } from 'fluxion-recorder/main';
import main = require('fluxion-recorder/main');
const host: ElectronHost = main.startElectronHost({ origins: ['shop://app'] });
host.log('info', 'began');
`;

let project: Embedder | undefined;
beforeAll(async () => {
  project = await makeEmbedder('plain-page');
  if (project === undefined) return;
  await mkdir(join(project.dir, 'node_modules'), { recursive: true });
  await symlink(join(root, 'node_modules/electron'), join(project.dir, 'node_modules/electron'), 'junction');
});
afterAll(async () => {
  await project?.close();
});

async function said(name: string, text: string): Promise<string> {
  if (project === undefined) throw new Error('no project');
  await writeFile(join(project.dir, name), text);
  return (await project.node(name)).trim();
}

describe('in Node', () => {
  it.each(ENTRIES)('%s can be imported and required: a server that renders pages loads them all', async (entry) => {
    const [ask, name] = [`console.log(Object.keys(it).length > 0)`, `fluxion-recorder/${entry}`];
    expect(await said('imports.mjs', `import * as it from '${name}'; ${ask}`)).toBe('true');
    expect(await said('requires.cjs', `const it = require('${name}'); ${ask}`)).toBe('true');
  });

  it('the recorder that is started there says so, and is quiet', async () => {
    const text = `import { startRecorder } from 'fluxion-recorder/recorder'; console.log(startRecorder().state);`;
    expect(await said('starts.mjs', text)).toBe('failed');
  });

  it('the preload script that is ready is a file that an app can name', async () => {
    expect(await said('names.cjs', `console.log(require.resolve('fluxion-recorder/preload.cjs'))`)).toMatch(/\.cjs$/);
  });

  it('the types are right for ES modules and for CommonJS', async () => {
    if (project === undefined) throw new Error('no project');
    await writeFile(join(project.dir, 'app.mts'), IMPORTED);
    await writeFile(join(project.dir, 'app.cts'), REQUIRED);
    for (const module of ['NodeNext', 'Node20'])
      expect(await project.typeErrors(['app.mts', 'app.cts'], module)).toBe('');
  });
});

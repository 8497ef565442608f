import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { makeEmbedder, type Embedder } from './embedder.js';

// Examples in the documents that embedders read: each is part of a project that the tests beside this one install and run, or it
// compiles in an empty project that has the package.

const DOCUMENTS = ['docs/embedding.md', 'README.md'];
const CODE = /^```(ts|tsx|js|html|vue|svelte)\n([\s\S]*?)^```$/gm;
/** What an example may speak of without saying where it is from. */
const GIVEN: Readonly<Record<string, string>> = {
  server: "import('node:http').Server",
  dataDir: 'string',
  host: "import('fluxion-recorder/main').WebHost",
  recorder: "import('fluxion-recorder/recorder').Recorder",
};

let project: Embedder | undefined;
afterAll(async () => {
  await project?.close();
});

/** The code without its layout: documents are narrower than a formatter's lines. */
const flat = (text: string): string => text.replace(/[\s;]|,(?=\s*[}\])>])/g, '');

async function projectFiles(): Promise<string> {
  const folder = join(import.meta.dirname, 'embedders');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
  return (await Promise.all(texts)).map(flat).join('\n');
}

function asModule(example: string): string {
  const given = Object.entries(GIVEN).filter(
    ([name]) => new RegExp(`\\b${name}\\b`).test(example) && !new RegExp(`const ${name}\\b`).test(example),
  );
  return [...given.map(([name, type]) => `declare const ${name}: ${type};`), example, 'export {};'].join('\n');
}

it('every example is used by a project, or compiles', async ({ skip }) => {
  const used = await projectFiles();
  const compiled: { readonly name: string; readonly text: string }[] = [];
  for (const document of DOCUMENTS) {
    const text = await readFile(join(root, document), 'utf8');
    for (const [, language, example = ''] of text.matchAll(CODE)) {
      if (used.includes(flat(example).replace(/,$/, ''))) continue;
      // What no compiler of ours reads must be in a project.
      expect(language, `an example of ${document} is in no project:\n${example}`).toBe('ts');
      compiled.push({ name: `example-${compiled.length}.ts`, text: asModule(example) });
    }
  }
  expect(compiled.length).toBeGreaterThan(4);
  project = (await makeEmbedder('plain-page')) ?? skip();
  await mkdir(join(project.dir, 'node_modules'), { recursive: true });
  await symlink(join(root, 'node_modules/electron'), join(project.dir, 'node_modules/electron'), 'junction');
  for (const { name, text } of compiled) await writeFile(join(project.dir, name), text);
  expect(await project.typeErrors(compiled.map(({ name }) => name))).toBe('');
});

import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testVectors } from '../../../vectors/vector-tests.js';
import type { Vector } from '../../../vectors/vector.js';

const folder = join(import.meta.dirname, '../../../vectors');
const vectors = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as Vector[];

testVectors(vectors, async (file) => new Uint8Array(await readFile(join(folder, file))));

it('vectors.json lists every file', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.fluxrec'));
  expect(vectors.map(({ file }) => file).sort()).toEqual(files.sort());
});

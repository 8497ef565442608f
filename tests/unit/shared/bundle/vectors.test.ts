import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testVectors } from '../../../vectors/vector-tests.js';
import type { Vector } from '../../../vectors/vector.js';

const folder = join(import.meta.dirname, '../../../vectors');
const vectors = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as Vector[];

testVectors(vectors, async (file) => new Uint8Array(await readFile(join(folder, file))));

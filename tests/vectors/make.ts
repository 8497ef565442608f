// Writes the vectors: node scripts/run.mjs tests/vectors/make.ts
// The files are committed: they are old bundles that later versions must go on reading. Change one only when its scenario
// was wrong; add a new one for a new scenario.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { damagedVectors } from './damaged.js';
import { goodVectors } from './good.js';
import { hostileVectors } from './hostile.js';
import { signedVectors } from './signed.js';

const folder = import.meta.dirname;
for (const name of readdirSync(folder)) if (name.endsWith('.fluxrec')) rmSync(join(folder, name));
const made = [...(await goodVectors()), ...(await damagedVectors()), ...hostileVectors(), ...(await signedVectors())];
for (const { vector, bytes } of made) writeFileSync(join(folder, vector.file), bytes);
const list = made.map(({ vector }) => vector);
writeFileSync(join(folder, 'vectors.json'), `${JSON.stringify(list, undefined, 2)}\n`);

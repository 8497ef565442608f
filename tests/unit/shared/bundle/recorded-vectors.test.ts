import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { testRecorded, type Recorded } from '../../../vectors/recorded/recorded-tests.js';

const folder = join(import.meta.dirname, '../../../vectors/recorded');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));

/** A part of a report lies where a store keeps it: `report/reports/<id>/parts/0.fluxrec` is `report-part-0`. */
function nameOf(file: string): string {
  const version = file.split('/')[0] ?? '';
  const name = basename(file, '.fluxrec');
  return `${version}/${basename(dirname(file)) === 'parts' ? 'report-part-' : ''}${name}`;
}

const recorded = files
  .filter((file) => file.endsWith('.fluxrec'))
  .map((file): Recorded => ({
    name: nameOf(file),
    bytes: async () => new Uint8Array(await readFile(join(folder, file))),
    read: async () => JSON.parse(await readFile(join(folder, `${nameOf(file)}.json`), 'utf8')) as unknown,
  }));

testRecorded(recorded);

it('every scenario of a version is there', () => {
  const scenarios = ['every-lane', 'killed', 'paused-and-chosen', 'report-part-0', 'report-part-1', 'wiped'];
  expect(recorded.map(({ name }) => name).sort()).toEqual(scenarios.map((name) => `0.1.0/${name}`));
});

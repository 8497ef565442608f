import { execFile } from 'node:child_process';
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newestMs, root } from '../../scripts/built.js';

// The package as npm would publish it: built when a source is newer, and packed.

const FOLDER = join(root, '.cache/package');
const STAMP = join(FOLDER, '.packed');
const INPUTS = ['src', 'scripts', 'package.json', 'package-lock.json', 'svelte.config.js'];
/** As `npm pack` names it; the version is not what these tests are about. */
export const TARBALL = join(FOLDER, 'fluxion-recorder.tgz');

const run = promisify(execFile);

export default async function pack(): Promise<void> {
  const started = new Date();
  const newest = Math.max(...INPUTS.map((path) => newestMs(join(root, path))));
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs >= newest && existsSync(join(root, 'dist'))) return;
  console.log('Building and packing the package…');
  await mkdir(FOLDER, { recursive: true });
  await run(process.execPath, ['scripts/run.mjs', 'scripts/package/build.ts'], { cwd: root, maxBuffer: 1 << 24 });
  const { stdout } = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', FOLDER], root);
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  if (packed === undefined) throw new Error('npm packed nothing.');
  await rename(join(FOLDER, packed.filename), TARBALL);
  writeFileSync(STAMP, '');
  // What was edited meanwhile must pack again.
  utimesSync(STAMP, started, started);
}

/** npm, whatever runs it on this system. */
export function npm(args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  const script = process.env['npm_execpath'];
  return script !== undefined && /\.c?js$/.test(script)
    ? run(process.execPath, [script, ...args], { cwd, maxBuffer: 1 << 24 })
    : run('npm', [...args], { cwd, maxBuffer: 1 << 24, shell: process.platform === 'win32' });
}

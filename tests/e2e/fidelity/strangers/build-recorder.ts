import { existsSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newestMs, root } from '../../../../scripts/built.js';
import { Licences } from '../../../../scripts/package/licences.js';
import { buildRecorder } from '../../../../scripts/package/recorder.js';

const FOLDER = join(root, '.cache/recorder');
const STAMP = join(FOLDER, '.built');
const INPUTS = ['src', 'scripts/package', 'package-lock.json'];

/** The packaged recorder alone, built unless it is newer than every source; answers its folder. */
export async function builtRecorder(): Promise<string> {
  const started = new Date();
  const newest = Math.max(...INPUTS.map((path) => newestMs(join(root, path))));
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs >= newest) return FOLDER;
  rmSync(FOLDER, { recursive: true, force: true });
  await buildRecorder({ root, outDir: FOLDER, licences: new Licences() });
  writeFileSync(STAMP, '');
  // What was edited meanwhile must build again.
  utimesSync(STAMP, started, started);
  return FOLDER;
}

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Electron's package comes without its binary; this brings it. Asking the package for its path would begin to download it. */
export const HOW_TO_GET_ELECTRON = 'npx install-electron';

/** Path of Electron's binary, where it is installed: as the package's own index.js finds it, which downloads it where it is not. */
export function electronBinary(): string | undefined {
  let folder: string;
  try {
    folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined; // Installed without development dependencies.
  }
  const note = join(folder, 'path.txt');
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  const elsewhere = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (elsewhere !== undefined) return existing(join(elsewhere, name ?? 'electron'));
  return name === undefined ? undefined : existing(join(folder, 'dist', name));
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}

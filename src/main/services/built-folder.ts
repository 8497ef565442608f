import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where this file may be: part of a build (out/main, or out/main/chunks), or a source (src/main/services). */
const BUILDS = ['..', '../..', '../../../out'];

/** A folder of the build that this file belongs to: `renderer`, `preload`. A build that is not there yet is where it will be. */
export function builtFolder(name: string): string {
  const candidates = BUILDS.map((build) => resolve(import.meta.dirname, build, name));
  return candidates.find((path) => existsSync(path)) ?? join(resolve(import.meta.dirname, '../../../out'), name);
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A script for a page's world, as the tests' build has put it beside the stand-in. */
export function worldScript(name: 'page-world' | 'preload-world'): string {
  return readFileSync(join(import.meta.dirname, `${name}.js`), 'utf8');
}

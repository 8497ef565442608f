// `fluxrec-desk`, the desk as the package has it. What it serves with is not carried by the package: who runs a server
// installs that, and keeps it up to date.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const packageSchema = v.object({ peerDependencies: v.record(v.string(), v.string()) });

try {
  await import('./start.js');
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const peers = Object.entries(v.parse(packageSchema, JSON.parse(text)).peerDependencies);
  console.error('The desk needs some packages beside this one. Install them where this one is installed:\n');
  console.error(`  npm install ${peers.map(([name, range]) => `${name}@${range}`).join(' ')}`);
  process.exitCode = 1;
}

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/built.js';
import { ended, told } from './embedder.js';

/** The desk as the package has it, with the servers of this repository as its peers. */
export async function startPackagedDesk(): Promise<{ dir: string; url: string; link: string; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'fluxrec-packaged-desk-'));
  const args = [join(root, 'dist/main/desk.js'), '--port', '0', '--data', dir, '--log-level', 'warn'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const link = await told(child, /(http\S+#code=\S+)/);
  return {
    dir,
    link,
    url: new URL(link).origin,
    async close() {
      await ended(child);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

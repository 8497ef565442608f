import { execFile, execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segmentEntries } from '../../src/shared/bundle/segment-entries.js';
import { planBundle, type BundlePlan, type SealedEntry } from '../../src/shared/bundle/write.js';
import { verifyBundle } from '../../src/shared/bundle/verify.js';
import { openFileSource } from '../../src/store/file-source.js';
import { LOG_ENTRY } from '../vectors/good.js';
import { head, segments, sources, storedOf } from '../vectors/session.js';

const run = promisify(execFile);

function has(command: string): boolean {
  try {
    execFileSync(command, [command === 'unzip' ? '-v' : '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // Not installed here: the test that needs it is skipped.
  }
}

const PYTHON_TEST = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as bundle:
    assert bundle.testzip() is None
    names = bundle.namelist()
    manifest = json.loads(bundle.read('manifest.json'))
    assert names == ['manifest.json'] + [entry['path'] for entry in manifest['entries']]
    print(len(names))
`;

/** What the writer makes, as other tools see it: anybody can open a bundle without us. */
describe.each([
  ['a usual bundle', 8],
  ['a bundle of more entries than 16 bits count', 66_001],
])('%s', (_, count) => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fluxrec-tools-'));
    file = join(folder, 'a.fluxrec');
    const small = segmentEntries(
      segments.map(({ segment }) => segment),
      sources,
    );
    if (count === 8) {
      const plan = await planBundle(head, small);
      await writePlan(plan, ({ manifest: { path } }) => storedOf(path));
    } else {
      const [log] = small;
      if (log === undefined) throw new Error('no entries');
      const stored = storedOf(log.manifest.path);
      const many = Array.from({ length: count - 1 }, (_, i): SealedEntry => ({
        manifest: { ...log.manifest, path: `log/w1-1/${i}.ndjson`, source: LOG_ENTRY.source },
        crc32: log.crc32,
      }));
      await writePlan(await planBundle(head, many), () => stored);
    }
  });

  async function writePlan<E extends SealedEntry>(
    plan: BundlePlan<E>,
    read: (entry: E) => Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    await pipeline(Readable.from(plan.write(read)), createWriteStream(file));
  }

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('is good by our own reader', async () => {
    const source = await openFileSource(file);
    expect(await verifyBundle(source)).toEqual([]);
    await source.close();
  });

  it.skipIf(!has('unzip'))('is good by unzip', async () => {
    const { stdout } = await run('unzip', ['-tq', file]);
    expect(stdout).toContain('No errors detected');
  });

  it.skipIf(!has('python3'))('is good by Python', { timeout: 120_000 }, async () => {
    const { stdout } = await run('python3', ['-c', PYTHON_TEST, file]);
    expect(Number(stdout)).toBe(count);
  });

  it.skipIf(!has('unzip') || !has('jq'))('gives its events to unzip and jq', async () => {
    const entry = count === 8 ? 'error/w1-1/*' : 'log/w1-1/65999.ndjson';
    const { stdout } = await run('sh', ['-c', `unzip -p "$1" "$2" | jq -r .message`, 'sh', file, entry]);
    expect(stdout.trim()).toBe(count === 8 ? 'The server answered 500' : 'listening');
  });
});

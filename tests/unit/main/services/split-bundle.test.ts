import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../../src/main/services/durable-file.js';
import { firstEntries } from '../../../../src/main/services/first-entries.js';
import { openIdentity } from '../../../../src/main/services/identity.js';
import { KeyFileSecrets } from '../../../../src/main/services/secrets.js';
import { splitBundle } from '../../../../src/main/services/split-bundle.js';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import type { ManifestEntry } from '../../../../src/shared/bundle/manifest.js';
import { openBundle } from '../../../../src/shared/bundle/read.js';
import { verifyBundle } from '../../../../src/shared/bundle/verify.js';
import { makePart, sha256, type PartContent } from '../../../integration/desk/part.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fluxrec-split-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const partPath = (number: number): string => join(dir, `part-${number}`);

async function split(content: PartContent) {
  const bytes = await makePart(content);
  const path = join(dir, 'whole');
  await writeFile(path, bytes);
  const identity = await openIdentity(new KeyFileSecrets(nodeFileSystem, join(dir, 'keys')));
  const whole = { path, bytes: bytes.length };
  const parts = await splitBundle({ fs: nodeFileSystem, whole, partPath, identity });
  return { bytes: new Uint8Array(bytes), parts, identity };
}

describe('a large bundle', () => {
  it('becomes a small part and the rest: good bundles with the same head, together exactly what it was', async () => {
    const { bytes, parts, identity } = await split({ errors: ['a', 'b'], domChains: 6 });
    const whole = (await openBundle(bytesSource(bytes))).manifest;
    expect(parts?.map(({ number }) => number)).toEqual([0, 1]);
    const paths: string[][] = [];
    for (const part of parts ?? []) {
      const file = new Uint8Array(await readFile(partPath(part.number)));
      expect(part).toEqual({ number: part.number, bytes: file.length, sha256: sha256(file) });
      expect(await verifyBundle(bytesSource(file))).toEqual([]);
      const { manifest } = await openBundle(bytesSource(file));
      const { entries, session, createdMs, range, description, sources, install } = manifest;
      expect({ session, createdMs, range, description, sources }).toEqual({
        session: whole.session,
        createdMs: whole.createdMs,
        range: whole.range,
        description: whole.description,
        sources: whole.sources,
      });
      expect(install).toEqual(identity.keys);
      for (const entry of entries) expect(whole.entries).toContainEqual(entry);
      paths.push(entries.map(({ path }) => path));
    }
    expect(paths.flat().sort()).toEqual(whole.entries.map(({ path }) => path).sort());
    expect(new Set(paths.flat()).size).toBe(whole.entries.length);
    // Of six minutes the last two, by whole chains, and all of the small lanes.
    expect(paths[0]?.filter((path) => path.startsWith('dom/')).length).toBe(3);
    expect(paths[0]?.filter((path) => !path.startsWith('dom/')).length).toBe(3);
  });

  it('stays one where the first part would be most of it, or all', async () => {
    expect((await split({ bytes: 2_000_000, domChains: 1 })).parts).toBeUndefined();
    expect((await split({ domChains: 2 })).parts).toBeUndefined();
    expect((await split({ bytes: 2_000_000 })).parts).toBeUndefined();
  });

  it('that is not what it was is not split', async () => {
    const { bytes } = await split({ domChains: 6 });
    await writeFile(join(dir, 'whole'), bytes.subarray(0, bytes.length / 2));
    const identity = await openIdentity(new KeyFileSecrets(nodeFileSystem, join(dir, 'keys')));
    const whole = { path: join(dir, 'whole'), bytes: bytes.length };
    await expect(splitBundle({ fs: nodeFileSystem, whole, partPath, identity })).rejects.toMatchObject({
      code: 'truncated',
    });
  });
});

it('a small bundle stays one', async () => {
  expect((await split({ errors: ['a'] })).parts).toBeUndefined();
});

describe('what goes first', () => {
  const entry = (more: Partial<ManifestEntry>): ManifestEntry => ({
    path: `${more.lane ?? 'dom'}/${more.source ?? 'w1'}/${more.chain ?? 0}-${more.sequence ?? 0}`,
    lane: 'dom',
    source: 'w1',
    chain: 0,
    sequence: 0,
    startMs: 0,
    endMs: 0,
    events: 1,
    bytes: 1,
    sha256: '0'.repeat(64),
    storedBytes: 1,
    storedSha256: '0'.repeat(64),
    encoding: 'deflate',
    ...more,
  });
  const chosen = (entries: ManifestEntry[], endMs = 600_000): string[] =>
    [...firstEntries({ entries, range: { startMs: 0, endMs } })].map(({ path }) => path);

  it('is every entry of the lanes that say most in few bytes, and none of the others', () => {
    const lanes = ['dom', 'screen', 'thumbnail', 'log', 'network', 'error', 'action', 'recorder', 'future'];
    const entries = lanes.map((lane) => entry({ lane, source: lane, startMs: 1, endMs: lane === 'dom' ? 599_000 : 2 }));
    expect(chosen(entries)).toEqual([
      'log/log/0-0',
      'network/network/0-0',
      'error/error/0-0',
      'action/action/0-0',
      'recorder/recorder/0-0',
      'dom/dom/0-0',
    ]);
  });

  it('is of the dom lane what is needed to show the last two minutes, also where a page stood still', () => {
    const still = [
      entry({ chain: 0, startMs: 0, endMs: 100_000 }),
      // Began five minutes before the end, and still what is seen until the next one.
      entry({ chain: 1, startMs: 300_000, endMs: 301_000 }),
      entry({ chain: 1, sequence: 1, startMs: 301_000, endMs: 310_000 }),
      entry({ chain: 2, startMs: 590_000, endMs: 599_000 }),
    ];
    expect(chosen(still)).toEqual(['dom/w1/1-0', 'dom/w1/1-1', 'dom/w1/2-0']);
  });

  it('is at least the end of the window that was used last', () => {
    const old = [
      entry({ source: 'w1', chain: 0, startMs: 0, endMs: 50_000 }),
      entry({ source: 'w1', chain: 1, startMs: 50_000, endMs: 90_000 }),
      entry({ source: 'w2', chain: 0, startMs: 0, endMs: 80_000 }),
    ];
    expect(chosen(old)).toEqual(['dom/w1/1-0']);
  });

  it('may be nothing', () => {
    expect(chosen([])).toEqual([]);
  });
});

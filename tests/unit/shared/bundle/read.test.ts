import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../../../src/shared/bundle/bundle.js';
import { blobSource, bytesSource, type ByteSource } from '../../../../src/shared/bundle/byte-source.js';
import { BundleError } from '../../../../src/shared/bundle/errors.js';
import type { ManifestEntry } from '../../../../src/shared/bundle/manifest.js';
import { openBundle } from '../../../../src/shared/bundle/read.js';
import { verifyBundle, type VerifyProgress } from '../../../../src/shared/bundle/verify.js';
import { FluxionError } from '../../../../src/shared/errors.js';
import { manifestFile } from '../../../vectors/good.js';
import { head, logEntry, manifestAround, segments, sources } from '../../../vectors/session.js';
import { rawZip, type RawEntry } from '../../../vectors/zip.js';
import { written } from './written.js';

const KB = 1024;

interface Range {
  readonly offset: number;
  readonly length: number;
}

function counted(bytes: Uint8Array<ArrayBuffer>): ByteSource & { readonly ranges: Range[] } {
  const source = bytesSource(bytes);
  const ranges: Range[] = [];
  return {
    size: source.size,
    ranges,
    read(offset, length, signal) {
      ranges.push({ offset, length });
      return source.read(offset, length, signal);
    },
  };
}

/** Bytes that do not deflate: the file is as large as it looks. */
function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  let x = seed + 1;
  return Uint8Array.from({ length }, () => (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16);
}

/** Two chains of three entries, 300 KB each, in a file that is not read at once. */
function largeBundle(gapAfter = 0): Uint8Array<ArrayBuffer> {
  const files = Array.from({ length: 6 }, (_, i) => ({
    name: `screen/w1-1/0000${Math.floor(i / 3)}-000${i % 3}.webm`,
    plain: noise(300 * KB, i),
    isStored: true,
    gapAfter,
  }));
  const entries = files.map(({ name, plain }, i) =>
    logEntry(name, plain, plain, { lane: 'screen', encoding: 'store', chain: Math.floor(i / 3) }),
  );
  return rawZip([manifestFile(manifestAround(entries, { lanes: ['screen'] })), ...files]);
}

async function chainOf(bundle: Bundle, chain: number): Promise<ManifestEntry[]> {
  const entries = bundle.manifest.entries.filter((entry) => entry.chain === chain);
  const lengths: number[] = [];
  for await (const { plain } of bundle.readChain(entries)) lengths.push(plain?.length ?? -1);
  expect(lengths).toEqual(entries.map(({ bytes }) => bytes));
  return entries;
}

describe('opening', () => {
  it('takes two reads, at the same time, however large the file is', async () => {
    const source = counted(largeBundle());
    await openBundle(source);
    expect(source.ranges).toHaveLength(2);
    expect(source.ranges.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(200 * KB);
  });

  it('reads from a Blob as from bytes', async () => {
    const { bytes } = await written({ head, sealed: segments });
    const bundle = await openBundle(blobSource(new Blob([bytes])));
    expect(bundle.manifest.session.id).toBe(head.session.id);
    expect(await verifyBundle(blobSource(new Blob([bytes])))).toEqual([]);
  });
});

it('an entry that deflate could make, and that is larger than an entry may be, is refused before it is read', async () => {
  const stored = new Uint8Array(300 * KB);
  const bytes = 257 * KB * KB;
  const entry = logEntry('log/a', stored, stored, { bytes });
  const source = counted(
    rawZip([manifestFile(manifestAround([entry])), { name: entry.path, plain: stored, stored, plainBytes: bytes }]),
  );
  const bundle = await openBundle(source);
  expect(bundle.problems.map(({ code }) => code)).toEqual(['zip-bomb']);
  source.ranges.length = 0;
  await expect(bundle.readPlain(entry)).rejects.toMatchObject({ code: 'zip-bomb' });
  expect(source.ranges).toEqual([]);
});

describe('a chain', () => {
  it('comes by one read', async () => {
    const source = counted(largeBundle());
    const bundle = await openBundle(source);
    source.ranges.length = 0;
    await chainOf(bundle, 1);
    expect(source.ranges).toHaveLength(1);
    expect(source.ranges[0]?.length).toBeLessThan(901 * KB);
  });

  it('is read in pieces where its entries do not lie side by side', async () => {
    const source = counted(largeBundle(200 * KB));
    const bundle = await openBundle(source);
    source.ranges.length = 0;
    await chainOf(bundle, 1);
    expect(source.ranges).toHaveLength(3);
  });

  it('comes in the order in which it is asked for', async () => {
    const bundle = await openBundle(bytesSource(largeBundle()));
    const reversed = [...bundle.manifest.entries].reverse();
    const read: unknown[] = [];
    for await (const { entry, plain, error } of bundle.readChain(reversed))
      read.push([entry.path, plain?.length, error]);
    expect(read).toEqual(reversed.map(({ path, bytes }) => [path, bytes, undefined]));
  });

  it('goes on after an entry that cannot be read', async () => {
    const bytes = largeBundle();
    // A byte of the second entry, in the middle of what lies in the file.
    bytes[Math.floor(bytes.length / 4)] = (bytes[Math.floor(bytes.length / 4)] ?? 0) ^ 1;
    const bundle = await openBundle(bytesSource(bytes));
    const codes: string[] = [];
    for await (const { error } of bundle.readChain(bundle.manifest.entries)) codes.push(error?.code ?? 'good');
    expect(codes).toEqual(['good', 'wrong-hash', 'good', 'good', 'good', 'good']);
  });

  it('is left unread when its reader stops', async () => {
    const source = counted(largeBundle(200 * KB));
    const bundle = await openBundle(source);
    source.ranges.length = 0;
    for await (const { plain } of bundle.readChain(bundle.manifest.entries)) {
      expect(plain).toBeDefined();
      break;
    }
    expect(source.ranges).toHaveLength(1);
  });
});

describe('an entry', () => {
  it("is the reader's own: changing it changes nothing", async () => {
    const { bytes } = await written({ head, sealed: segments });
    const bundle = await openBundle(bytesSource(bytes));
    const [entry] = bundle.manifest.entries;
    if (entry === undefined) throw new Error('no entries');
    (await bundle.readStored(entry)).fill(0);
    (await bundle.readPlain(entry)).fill(0);
    expect((await bundle.readLaneEvents(entry)).badLines).toBe(0);
  });

  it("is named by its path: a copy of the manifest's entry does, and cannot say other sizes", async () => {
    const { bytes } = await written({ head, sealed: segments });
    const bundle = await openBundle(bytesSource(bytes));
    const [entry] = bundle.manifest.entries;
    if (entry === undefined) throw new Error('no entries');
    expect(await bundle.readPlain({ ...entry, bytes: 1, sha256: '' })).toHaveLength(entry.bytes);
  });

  it('that is none is refused', async () => {
    const { bytes } = await written({ head, sealed: segments });
    const bundle = await openBundle(bytesSource(bytes));
    const [entry] = bundle.manifest.entries;
    if (entry === undefined) throw new Error('no entries');
    await expect(bundle.readPlain({ ...entry, path: 'manifest.json' })).rejects.toMatchObject({
      code: 'missing-entry',
    });
  });
});

describe('a source that fails', () => {
  const failing = (error: Error): ByteSource => ({ size: 5000, read: () => Promise.reject(error) });

  it('is unreadable, and the cause is kept', async () => {
    const cause = new Error('EIO');
    const opened = openBundle(failing(cause));
    await expect(opened).rejects.toMatchObject({ code: 'unreadable', cause });
    await expect(verifyBundle(failing(cause))).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('keeps a sentence of its own', async () => {
    const error = new FluxionError('signed-out', 'Sign in again.');
    await expect(openBundle(failing(error))).rejects.toBe(error);
  });

  it('that answers too little has shrunk', async () => {
    const short: ByteSource = { size: 5000, read: () => Promise.resolve(new Uint8Array(3)) };
    await expect(openBundle(short)).rejects.toMatchObject({ code: 'truncated' });
  });

  it("that was aborted rejects with the abort's reason", async () => {
    const controller = new AbortController();
    const bundle = await openBundle(bytesSource((await written({ head, sealed: segments })).bytes));
    controller.abort(new Error('the playhead is elsewhere'));
    const [entry] = bundle.manifest.entries;
    if (entry === undefined) throw new Error('no entries');
    await expect(bundle.readPlain(entry, { signal: controller.signal })).rejects.toThrow('elsewhere');
    await expect(openBundle(bytesSource(new Uint8Array(100)), { signal: controller.signal })).rejects.toThrow(
      'elsewhere',
    );
    await expect(verifyBundle(bytesSource(new Uint8Array(100)), { signal: controller.signal })).rejects.toThrow(
      'elsewhere',
    );
  });
});

describe('verifying', () => {
  it('tells how far it is, and reads pieces of a large entry', async () => {
    const plain = noise(9 * KB * KB, 3);
    const entry = logEntry('screen/w1-1/00000-0000.webm', plain, plain, { lane: 'screen', encoding: 'store' });
    const source = counted(
      rawZip([manifestFile(manifestAround([entry], { sources })), { name: entry.path, plain, isStored: true }]),
    );
    const told: VerifyProgress[] = [];
    expect(await verifyBundle(source, { onProgress: (progress) => told.push(progress) })).toEqual([]);
    expect(told).toEqual([{ entries: 1, totalEntries: 1, bytes: plain.length, totalBytes: plain.length }]);
    expect(Math.max(...source.ranges.map(({ length }) => length))).toBeLessThanOrEqual(KB * KB);
  });

  describe('an entry too large to lie in memory', () => {
    const plain = Uint8Array.from({ length: 9 * KB * KB }, (_, i) => (i * (i >> 10)) >> 5);
    const stored = deflateSync(plain, { level: 1 });
    const path = 'log/w1-1/00000-0000.ndjson';

    async function verdict(more: Partial<ManifestEntry>, inZip: Partial<RawEntry> = {}): Promise<string[]> {
      const entry = logEntry(path, plain, stored, more);
      const problems = await verifyBundle(
        bytesSource(rawZip([manifestFile(manifestAround([entry])), { name: path, plain, stored, ...inZip }])),
      );
      return problems.map(({ code, detail = '' }) => `${code}: ${detail}`);
    }

    it('is good in pieces', async () => {
      expect(await verdict({})).toEqual([]);
    });

    it('is held against all that is said of it', { timeout: 60_000 }, async () => {
      const other = 'a'.repeat(64);
      expect(await verdict({ sha256: other })).toEqual(['wrong-hash: plain bytes']);
      expect(await verdict({ storedSha256: other })).toEqual(['wrong-hash: stored bytes']);
      expect(await verdict({}, { crc32: 1 })).toEqual(['wrong-hash: crc32']);
      expect(await verdict({ bytes: plain.length - 1 }, { plainBytes: plain.length - 1 })).toEqual([
        'zip-bomb: plain bytes',
      ]);
      expect(await verdict({ bytes: plain.length + 1 }, { plainBytes: plain.length + 1 })).toEqual([
        'wrong-size: plain bytes',
      ]);
    });

    it('is damaged, and no bomb, when its packed bytes are not the sealed ones', async () => {
      const damaged = stored.slice();
      damaged.fill(0xa5, 1000, 1100);
      expect(await verdict({}, { stored: damaged })).toEqual(['wrong-hash: stored bytes']);
    });
  });

  it('is not stopped by one bad entry', async () => {
    const bytes = largeBundle();
    for (const at of [0.25, 0.75])
      bytes[Math.floor(bytes.length * at)] = (bytes[Math.floor(bytes.length * at)] ?? 0) ^ 1;
    const problems = await verifyBundle(bytesSource(bytes));
    expect(problems.map(({ code }) => code)).toEqual(['wrong-hash', 'wrong-hash']);
    expect(problems[0]).not.toBeInstanceOf(BundleError);
  });
});

import { describe, expect, it } from 'vitest';
import { bytesSource, type ByteSource } from '../../../../src/shared/bundle/byte-source.js';
import { BundleError } from '../../../../src/shared/bundle/errors.js';
import type { ManifestEntry } from '../../../../src/shared/bundle/manifest.js';
import { openBundle } from '../../../../src/shared/bundle/read.js';
import { planBundle, type SealedEntry } from '../../../../src/shared/bundle/write.js';
import { LOG_ENTRY } from '../../../vectors/good.js';
import { head, segments } from '../../../vectors/session.js';
import { written } from './written.js';

const MB = 1024 * 1024;

function sealed(more: Partial<ManifestEntry> = {}): SealedEntry {
  return { manifest: { ...LOG_ENTRY, ...more }, crc32: 0 };
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => 'none',
    (error: unknown) => (error instanceof BundleError ? error.code : String(error)),
  );
}

async function drain(parts: AsyncIterable<Uint8Array>): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

/** Where a planned file has what, without its payloads: those are zeros and nobody holds them. */
async function sparse(entries: readonly SealedEntry[]): Promise<ByteSource> {
  const plan = await planBundle(head, entries);
  const kept: { offset: number; bytes: Uint8Array }[] = [];
  const zeros = new Map<number, Uint8Array<ArrayBuffer>>();
  let size = 0;
  for await (const bytes of plan.write(({ manifest: { storedBytes } }) => {
    const payload = zeros.get(storedBytes) ?? new Uint8Array(storedBytes);
    zeros.set(storedBytes, payload);
    return payload;
  })) {
    if (bytes !== zeros.get(bytes.length)) kept.push({ offset: size, bytes });
    size += bytes.length;
  }
  expect(size).toBe(plan.size);
  return {
    size,
    read(offset, length) {
      const out = new Uint8Array(length);
      for (const part of kept) {
        const from = Math.max(offset, part.offset);
        const to = Math.min(offset + length, part.offset + part.bytes.length);
        if (from < to) out.set(part.bytes.subarray(from - part.offset, to - part.offset), from - offset);
      }
      return Promise.resolve(out);
    },
  };
}

describe('planning a bundle', () => {
  it('gives lanes in the order that people know, later ones after them', async () => {
    const entries = ['zebra', 'error', 'dom', 'apple'].map((lane, i) => sealed({ lane, path: `${lane}/${i}` }));
    expect((await planBundle(head, entries)).manifest.lanes).toEqual(['dom', 'error', 'apple', 'zebra']);
  });

  it('makes the same bytes of the same session', async () => {
    const session = { head, sealed: segments };
    expect((await written(session)).bytes).toEqual((await written(session)).bytes);
  });

  it('leaves a bundle that a reader opens by one read, when it is small', async () => {
    const { bytes } = await written({ head, sealed: segments });
    let reads = 0;
    const source = bytesSource(bytes);
    await openBundle({ size: source.size, read: (...range) => (reads++, source.read(...range)) });
    expect(reads).toBe(1);
  });

  it.each([
    ['duplicate-name', [sealed(), sealed()]],
    ['duplicate-name', [sealed(), sealed({ path: LOG_ENTRY.path.toUpperCase() })]],
    ['duplicate-name', [sealed({ path: 'Manifest.json' })]],
    ['path-traversal', [sealed({ path: '../a' })]],
    ['manifest-invalid', [sealed({ source: 'nobody' })]],
    ['manifest-invalid', [sealed({ sha256: 'short' })]],
    ['manifest-invalid', [sealed({ path: 'a'.repeat(513) })]],
    ['zip-bomb', [sealed({ bytes: 257 * MB })]],
    ['zip-bomb', Array.from({ length: 70 }, (_, i) => sealed({ path: `a/${i}`, bytes: 250 * MB }))],
  ])('refuses what a reader would refuse: %s', async (code, entries) => {
    expect(await codeOf(planBundle(head, entries))).toBe(code);
  });

  it('refuses a manifest that is too large to be read', async () => {
    const note = 'x'.repeat(17 * MB);
    const noted = ['a', 'b'].map((path) => ({ manifest: { ...LOG_ENTRY, path, note }, crc32: 0 }));
    expect(await codeOf(planBundle(head, noted))).toBe('manifest-too-large');
  });
});

describe('writing a bundle', () => {
  it('stops when an entry has more or less bytes than planned', async () => {
    const plan = await planBundle(head, [sealed()]);
    const read = () => new Uint8Array(LOG_ENTRY.storedBytes - 1);
    expect(await codeOf(drain(plan.write(read)))).toBe('wrong-size');
  });

  it('stops when it is aborted, before the next entry is read', async () => {
    const paths = ['a', 'b', 'c'];
    const plan = await planBundle(
      head,
      paths.map((path) => sealed({ path })),
    );
    const controller = new AbortController();
    const read: string[] = [];
    const writing = drain(
      plan.write(({ manifest }) => {
        read.push(manifest.path);
        controller.abort(new Error('enough'));
        return new Uint8Array(manifest.storedBytes);
      }, controller.signal),
    );
    await expect(writing).rejects.toThrow('enough');
    expect(read).toEqual(['a']);
  });
});

describe('zip64', () => {
  it('is there for more entries than 16 bits count, and read', { timeout: 30_000 }, async () => {
    const entries = Array.from({ length: 70_000 }, (_, i) =>
      sealed({ path: `log/w1-1/${i}`, bytes: 0, storedBytes: 2 }),
    );
    const bundle = await openBundle(await sparse(entries));
    expect(bundle.problems).toEqual([]);
    expect(bundle.manifest.entries).toHaveLength(70_000);
    expect(bundle.unknown).toEqual([]);
    const last = bundle.entry('log/w1-1/69999');
    expect(last === undefined ? undefined : await bundle.readStored(last)).toEqual(new Uint8Array(2));
  });

  it('is there for offsets beyond 4 GiB, and read', async () => {
    const large = { bytes: 250 * MB, storedBytes: 250 * MB, encoding: 'store' };
    const entries = Array.from({ length: 18 }, (_, i) => sealed({ ...large, path: `screen/${i}` }));
    const source = await sparse([
      ...entries,
      sealed({ path: 'log/last', bytes: 5, storedBytes: 5, encoding: 'store' }),
    ]);
    expect(source.size).toBeGreaterThan(4 * 1024 * MB);
    const bundle = await openBundle(source);
    expect(bundle.problems).toEqual([]);
    const last = bundle.entry('log/last');
    expect(last === undefined ? undefined : await bundle.readStored(last)).toEqual(new Uint8Array(5));
  });

  it('is not there where it is not needed', async () => {
    const { bytes } = await written({ head, sealed: segments });
    expect(Buffer.from(bytes).includes(Buffer.from([0x50, 0x4b, 6, 6]))).toBe(false);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ByteSource } from '../../../../src/shared/bundle/byte-source.js';
import { BundleError } from '../../../../src/shared/bundle/errors.js';
import { openBundle } from '../../../../src/shared/bundle/read.js';
import { verifyBundle } from '../../../../src/shared/bundle/verify.js';
import { runs } from '../../../lab/fuzz.js';

const folder = join(import.meta.dirname, '../../../vectors');
const files = readdirSync(folder).filter((name) => name.endsWith('.fluxrec') && !name.startsWith('manifest-too'));
const vectors = files.map((name) => readFileSync(join(folder, name)));

/** What happens to a file: bytes changed, taken out, doubled, cut off, or two files grown together. */
const mutation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), at: fc.nat(), value: fc.nat(255) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set32' as const),
      at: fc.nat(),
      value: fc.constantFrom(0, 1, 0x7fffffff, 0xfffffffe, 0xffffffff, 0x02014b50, 0x06054b50),
    }),
  },
  fc.record({ kind: fc.constant('remove' as const), at: fc.nat(), length: fc.nat(64) }),
  fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), length: fc.nat(200) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('join' as const), other: fc.nat() }),
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array<ArrayBuffer>, change: Mutation): Uint8Array<ArrayBuffer> {
  if (bytes.length < 8) return bytes;
  if (change.kind === 'join') {
    const other = vectors[change.other % vectors.length] ?? new Uint8Array(0);
    return Uint8Array.from([...bytes, ...other]);
  }
  // Half of them near the end, where the directory is.
  const at =
    change.at % 2 === 0
      ? change.at % (bytes.length - 4)
      : bytes.length - 4 - (change.at % Math.min(400, bytes.length - 4));
  if (change.kind === 'cut') return bytes.slice(0, at);
  if (change.kind === 'remove')
    return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + change.length)]);
  if (change.kind === 'repeat')
    return Uint8Array.from([...bytes.subarray(0, at + change.length), ...bytes.subarray(at)]);
  const copy = bytes.slice();
  if (change.kind === 'set') copy[at] = change.value;
  else new DataView(copy.buffer).setUint32(at, change.value, true);
  return copy;
}

/** Fails the test when a reader asks for what is not in the file, or for much more than the file has. */
function watchedSource(bytes: Uint8Array<ArrayBuffer>): ByteSource & { asked: number } {
  return {
    size: bytes.length,
    asked: 0,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error('asked for what is not there');
      this.asked += length;
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
}

async function readAll(source: ByteSource, salvage: boolean): Promise<void> {
  const bundle = await openBundle(source, { salvage });
  for await (const { entry, plain } of bundle.readChain(bundle.manifest.entries)) {
    if (plain !== undefined && plain.length !== entry.bytes) throw new Error('not as many bytes as it says');
  }
  for (const entry of bundle.manifest.entries) {
    await (entry.lane === 'dom' ? bundle.readDomEvents(entry) : bundle.readLaneEvents(entry)).catch(onlyBundleErrors);
  }
}

function onlyBundleErrors(error: unknown): void {
  if (!(error instanceof BundleError)) throw error;
}

it('a mutated bundle is read or refused, with a BundleError and within bounds', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(vectors.length - 1),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      async (which, changes) => {
        const bytes = changes.reduce(mutate, new Uint8Array(vectors[which] ?? []));
        const source = watchedSource(bytes);
        const before = process.cpuUsage().user;
        for (const salvage of [false, true]) await readAll(source, salvage).catch(onlyBundleErrors);
        const problems = await verifyBundle(source);
        // Microseconds of this process: the machine may have other work.
        expect(process.cpuUsage().user - before).toBeLessThan(3e6);
        expect(source.asked).toBeLessThan(40 * bytes.length + 1e6);
        for (const { code } of problems) expect(code).toMatch(/^[a-z-]+$/);
      },
    ),
    { numRuns: runs(1000) },
  );
});

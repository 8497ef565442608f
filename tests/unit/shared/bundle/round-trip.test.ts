import fc from 'fast-check';
import { inflateSync, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../../src/shared/bundle/read.js';
import { verifyBundle } from '../../../../src/shared/bundle/verify.js';
import { toSessionMs } from '../../../../src/shared/session/clock.js';
import { anyBundle } from './arbitraries.js';
import { written } from './written.js';
import { runs } from '../../../lab/fuzz.js';

describe('whatever was recorded', () => {
  it('is read as it was written', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyBundle, async (session) => {
        const { plan, bytes } = await written(session);
        const bundle = await openBundle(bytesSource(bytes));
        expect(bundle.problems).toEqual([]);
        expect(bundle.manifest).toEqual(plan.manifest);
        expect(bundle.manifestBytes).toEqual(plan.manifestBytes);
        expect(bundle.manifest.entries).toHaveLength(session.sealed.length);
        for (const { segment, stored } of session.sealed) {
          const entry = bundle.manifest.entries.find(
            ({ storedSha256, chain, lane, source, path }) =>
              storedSha256 === segment.storedSha256 &&
              chain === segment.chain &&
              lane === segment.lane &&
              source === segment.source &&
              path.endsWith(`-${String(segment.sequence).padStart(4, '0')}.${lane === 'screen' ? 'webm' : 'ndjson'}`),
          );
          if (entry === undefined) throw new Error('lost');
          expect(await bundle.readStored(entry)).toEqual(stored);
          expect(await bundle.readPlain(entry)).toEqual(segment.lane === 'screen' ? stored : inflateSync(stored));
          const source = session.head.sources.find(({ id }) => id === segment.source);
          expect(entry.startMs).toBe(toSessionMs(source ?? { anchors: [] }, segment.startMonoMs));
        }
        expect(await verifyBundle(bytesSource(bytes))).toEqual([]);
      }),
      { numRuns: runs(60) },
    );
  });

  it('is what another reader of zips gets', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyBundle, async (session) => {
        const { plan, bytes } = await written(session);
        const files = unzipSync(bytes);
        expect(Object.keys(files)).toEqual(['manifest.json', ...plan.manifest.entries.map(({ path }) => path)]);
        expect(files['manifest.json']).toEqual(plan.manifestBytes);
      }),
      { numRuns: runs(60) },
    );
  });

  it('is salvaged whole up to a cut, wherever it is', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyBundle, fc.double({ min: 0, max: 1, noNaN: true }), async (session, where) => {
        const { plan, bytes } = await written(session);
        const whole = await openBundle(bytesSource(bytes));
        const first = plan.manifest.entries[0];
        const manifestEnd = first === undefined ? bytes.length - 100 : bytes.length;
        const cut = bytes.slice(0, Math.floor(manifestEnd * where));
        const left = await openBundle(bytesSource(cut), { salvage: true }).catch(() => undefined);
        if (left === undefined) return; // The manifest itself is cut: nothing can be shown.
        let isWhole = true;
        for (const entry of whole.manifest.entries) {
          const plain = await left.readPlain(entry).catch(() => undefined);
          // Entries lie one after the other: after the first that is lost, all are.
          isWhole &&= plain !== undefined;
          expect(plain === undefined ? undefined : Array.from(plain)).toEqual(
            isWhole ? Array.from(await whole.readPlain(entry)) : undefined,
          );
        }
      }),
      { numRuns: runs(60) },
    );
  });
});

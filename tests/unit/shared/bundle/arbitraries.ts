import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { crc32 } from '../../../../src/shared/bundle/crc32.js';
import type { ManifestHead } from '../../../../src/shared/bundle/write.js';
import type { Source } from '../../../../src/shared/session/clock.js';
import { LANES } from '../../../../src/shared/session/lane.js';
import type { SealedSegment } from '../../../../src/shared/session/segment.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const instant = fc.integer({ min: 0, max: 4e12 });

const anchors = fc
  .array(fc.record({ monoMs: fc.nat(1e7), sessionMs: fc.nat(1e7), wallMs: instant, uncertaintyMs: fc.nat(50) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) => list.sort((a, b) => a.monoMs - b.monoMs));

const sources = fc
  .uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/), { minLength: 1, maxLength: 4 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id): fc.Arbitrary<Source> =>
        fc.record({ id: fc.constant(id), kind: fc.constant('window' as const), originMs: instant, anchors }),
      ),
    ),
  );

function segmentOf(source: string): fc.Arbitrary<SealedSegment> {
  const place = {
    lane: fc.constantFrom(...LANES),
    chain: fc.nat(200_000),
    sequence: fc.nat(20_000),
    startMonoMs: fc.nat(1e7),
    lengthMs: fc.nat(60_000),
    plain: fc.uint8Array({ maxLength: 600 }),
    isCheckout: fc.boolean(),
  };
  return fc.record(place).map(({ lane, chain, sequence, startMonoMs, lengthMs, plain, isCheckout }) => {
    // Video is stored as it is.
    const stored = lane === 'screen' ? plain : deflateSync(plain);
    const segment = {
      session: 's-1',
      source,
      lane,
      chain,
      sequence,
      startMonoMs,
      endMonoMs: startMonoMs + lengthMs,
      startWallMs: startMonoMs,
      endWallMs: startMonoMs + lengthMs,
      events: 1,
      bytes: plain.length,
      storedBytes: stored.length,
      crc32: crc32(plain),
      sha256: sha256(plain),
      storedSha256: sha256(stored),
    };
    return { segment: isCheckout ? { ...segment, checkout: true as const } : segment, stored };
  });
}

export interface AnyBundle {
  readonly head: ManifestHead;
  readonly sealed: readonly SealedSegment[];
}

/** A session as a ring could have kept it: any sources, any segments of theirs, no two in one place. */
export const anyBundle: fc.Arbitrary<AnyBundle> = sources.chain((list) => {
  const head = fc.record({
    session: fc.record({
      id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/),
      app: fc.record({ name: fc.string({ maxLength: 60, unit: 'grapheme' }), version: fc.string({ maxLength: 20 }) }),
      platform: fc.record({ os: fc.string({ maxLength: 40 }) }),
      startedMs: instant,
    }),
    createdMs: instant,
    range: fc.record({ startMs: fc.integer(), endMs: fc.integer() }),
    description: fc.string({ maxLength: 400, unit: 'binary' }),
    sources: fc.constant(list),
  });
  const sealed = fc.uniqueArray(fc.constantFrom(...list.map(({ id }) => id)).chain(segmentOf), {
    maxLength: 20,
    selector: ({ segment }) => `${segment.lane}/${segment.source}/${segment.chain}-${segment.sequence}`,
  });
  return fc.record({ head, sealed });
});

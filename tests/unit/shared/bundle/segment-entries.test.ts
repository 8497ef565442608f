import { describe, expect, it } from 'vitest';
import { entryPath } from '../../../../src/shared/bundle/entry-path.js';
import { BundleError } from '../../../../src/shared/bundle/errors.js';
import { manifestEntry, segmentEntries } from '../../../../src/shared/bundle/segment-entries.js';
import type { Segment } from '../../../../src/shared/session/segment.js';
import { segments, sources } from '../../../vectors/session.js';

function segment(more: Partial<Segment>): Segment {
  const first = segments[0]?.segment;
  if (first === undefined) throw new Error('no segments');
  return { ...first, ...more };
}

const pathsOf = (list: readonly Segment[]): string[] =>
  segmentEntries(list, sources).map(({ manifest }) => manifest.path);

describe('entries of segments', () => {
  it('are named by lane, source, chain and place in the chain', () => {
    expect(entryPath(segment({ lane: 'dom', source: 'w1-2', chain: 3, sequence: 7 }))).toBe(
      'dom/w1-2/00003-0007.ndjson',
    );
    expect(entryPath(segment({ chain: 123456, sequence: 12345 }))).toBe('dom/w1-1/123456-12345.ndjson');
  });

  it('have session time, by the anchors of their source', () => {
    const [window] = sources;
    if (window === undefined) throw new Error('no sources');
    const { startMs, endMs } = manifestEntry(segment({ startMonoMs: 200, endMonoMs: 5200 }), window);
    expect([startMs, endMs]).toEqual([1700, 6700]);
  });

  it('do not end before they begin when an anchor puts the clock back in between', () => {
    const anchor = { wallMs: 0, uncertaintyMs: 5 };
    const anchors = [
      { ...anchor, monoMs: 0, sessionMs: 100 },
      { ...anchor, monoMs: 1000, sessionMs: 1090 },
    ];
    const { startMs, endMs } = manifestEntry(segment({ startMonoMs: 998, endMonoMs: 1002 }), { anchors });
    expect([startMs, endMs]).toEqual([1098, 1098]);
  });

  it('keep a chain side by side and in order, and put chains by when they begin', () => {
    const list = [
      segment({ chain: 1, sequence: 1, startMonoMs: 9000, endMonoMs: 9500, sha256: 'a'.repeat(64) }),
      segment({ lane: 'log', chain: 0, sequence: 0, startMonoMs: 3000 }),
      segment({ chain: 0, sequence: 2, startMonoMs: 5000 }),
      segment({ chain: 1, sequence: 0, startMonoMs: 6000 }),
      segment({ chain: 0, sequence: 0, startMonoMs: 0 }),
      segment({ chain: 0, sequence: 1, startMonoMs: 2500 }),
    ];
    expect(pathsOf(list)).toEqual([
      'dom/w1-1/00000-0000.ndjson',
      'dom/w1-1/00000-0001.ndjson',
      'dom/w1-1/00000-0002.ndjson',
      'log/w1-1/00000-0000.ndjson',
      'dom/w1-1/00001-0000.ndjson',
      'dom/w1-1/00001-0001.ndjson',
    ]);
  });

  it('take a segment that was handed over twice once', () => {
    expect(pathsOf([segment({}), segment({})])).toHaveLength(1);
  });

  it('are refused for a source that is not there: its times would mean nothing', () => {
    expect(() => segmentEntries([segment({ source: 'w7-7' })], sources)).toThrow(BundleError);
  });

  it('mark a checkout only where there is one', () => {
    expect(segmentEntries([segment({})], sources)[0]?.manifest.checkout).toBe(true);
    const log = segments.find(({ segment: { lane } }) => lane === 'log')?.segment;
    expect(segmentEntries([log ?? segment({})], sources)[0]?.manifest).not.toHaveProperty('checkout');
  });
});

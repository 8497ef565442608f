import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cutRows } from '../../../../src/main/services/cut-rows.js';
import { placeRow, type DraftRow } from '../../../../src/main/services/draft-selection.js';
import { sealedFacts } from '../../../../src/main/services/seal-plain.js';
import type { Source } from '../../../../src/shared/session/clock.js';
import type { Lane } from '../../../../src/shared/session/lane.js';
import type { Segment } from '../../../../src/shared/session/segment.js';

/** The window's clock is 100 ms behind the session's, known to within 4 ms. */
const SOURCE: Source = {
  id: 'w1-1',
  kind: 'window',
  originMs: 1_000_000,
  anchors: [{ monoMs: 0, sessionMs: 100, wallMs: 1_000_000, uncertaintyMs: 4 }],
};
const WITHIN = { startMs: 1100, endMs: 2100 };

interface Made {
  readonly row: DraftRow;
  readonly stored: Uint8Array<ArrayBuffer>;
}

/** A segment of events at these times of the window's clock. */
function made(lane: Lane, at: readonly number[], more: Partial<Segment> = {}): Made {
  const line = (t: number): object => (lane === 'dom' ? { type: 3, data: {}, timestamp: 1_000_000 + t } : { t });
  const text = at.map((t) => `${JSON.stringify(line(t))}\n`).join('');
  const plain = Buffer.from(text);
  const stored = new Uint8Array(deflateRawSync(plain));
  const segment: Segment = {
    session: 's1',
    source: 'w1-1',
    lane,
    chain: 0,
    sequence: 0,
    startMonoMs: Math.min(...at),
    endMonoMs: Math.max(...at),
    startWallMs: 1_000_000 + Math.min(...at),
    endWallMs: 1_000_000 + Math.max(...at),
    events: at.length,
    ...sealedFacts(plain, stored),
    ...more,
  };
  return { row: placeRow(segment, SOURCE), stored };
}

async function timesAfterCut(...all: readonly Made[]): Promise<number[][]> {
  const { rows, read } = await cutRows(
    all.map(({ row }) => row),
    WITHIN,
    {
      sourceOf: () => SOURCE,
      read: (segment) => {
        const found = all.find(({ row }) => row.segment === segment);
        if (found === undefined) throw new Error('no such segment');
        return Promise.resolve(found.stored);
      },
    },
  );
  return await Promise.all(
    rows.map(async ({ segment }) => {
      const stored = await read(segment);
      expect(stored.length).toBe(segment.storedBytes);
      if (segment.lane === 'screen') return [segment.startMonoMs, segment.endMonoMs];
      const plain = inflateRawSync(stored);
      expect(sealedFacts(plain, stored)).toMatchObject({ sha256: segment.sha256, storedSha256: segment.storedSha256 });
      const lines = plain.toString('utf8').trimEnd().split('\n');
      expect(lines).toHaveLength(segment.events);
      return lines.map((one) => {
        const event = JSON.parse(one) as { readonly t?: number; readonly timestamp?: number };
        return event.t ?? (event.timestamp ?? 0) - 1_000_000;
      });
    }),
  );
}

describe('lines', () => {
  it('loses those before and after the stretch, and a segment that has none in it', async () => {
    const across = made('log', [900, 999, 1000, 1500, 2000, 2001, 2500]);
    const before = made('network', [1, 999]);
    const around = made('error', [500, 2500]);
    expect(await timesAfterCut(across, before, around)).toEqual([[1000, 1500, 2000]]);
  });

  it('keeps a segment that lies inside as it is', async () => {
    const inside = made('log', [1000, 2000]);
    expect(await timesAfterCut(inside)).toEqual([[1000, 2000]]);
  });
});

describe('the dom lane', () => {
  it('leaves out a chain whose full snapshot is from before, with all that builds on it', async () => {
    const first = made('dom', [900, 990], { checkout: true });
    const second = made('dom', [1200, 1300], { sequence: 1 });
    const next = made('dom', [1400, 1410, 1500], { chain: 1, checkout: true });
    expect(await timesAfterCut(first, second, next)).toEqual([[1400, 1410, 1500]]);
  });

  it('takes a chain that begins so little before that the clocks cannot tell', async () => {
    expect(await timesAfterCut(made('dom', [985, 986, 1300], { checkout: true }))).toEqual([[985, 986, 1300]]);
    expect(await timesAfterCut(made('dom', [970, 971, 1300], { checkout: true }))).toEqual([]);
  });

  it('ends at the end of the stretch', async () => {
    const first = made('dom', [1000, 1001, 1900], { checkout: true });
    const second = made('dom', [1950, 1999, 2001, 2400], { sequence: 1 });
    const third = made('dom', [2500], { sequence: 2 });
    expect(await timesAfterCut(first, second, third)).toEqual([
      [1000, 1001, 1900],
      [1950, 1999],
    ]);
  });

  it('has no chain of half a full snapshot', async () => {
    expect(await timesAfterCut(made('dom', [1999, 2001], { checkout: true }))).toEqual([]);
  });
});

it('leaves out video that reaches over the stretch, but for the moment in which its window heard of the end', async () => {
  const before = made('screen', [900, 1500]);
  const inside = made('screen', [1000, 1900]);
  const ending = made('screen', [1901, 2200]);
  const after = made('screen', [1901, 2600]);
  expect(await timesAfterCut(before, inside, ending, after)).toEqual([
    [1000, 1900],
    [1901, 2200],
  ]);
});

it('takes no line for an event that is none', async () => {
  const odd = made('log', [900, 1500]);
  const plain = Buffer.from('{"t":1500}\nnull\n{"t":"soon"}\n{"timestamp":1}\n{\n');
  const stored = new Uint8Array(deflateRawSync(plain));
  const segment = { ...odd.row.segment, ...sealedFacts(plain, stored) };
  expect(await timesAfterCut({ row: placeRow(segment, SOURCE), stored })).toEqual([[1500]]);
});

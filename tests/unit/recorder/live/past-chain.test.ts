import { expect, it } from 'vitest';
import { readChain } from '../../../../src/recorder/live/past-chain.js';
import type { Ring } from '../../../../src/recorder/ring/ring.js';
import type { HandOverRequest } from '../../../../src/recorder/ring/messages.js';
import { selectRows, toChains } from '../../../../src/shared/session/chains.js';
import type { Segment } from '../../../../src/shared/session/segment.js';

const ORIGIN_MS = 1_000_000;
/** Session time is 100 ms ahead of the window's own clock. */
const OWN = { source: 'w1-2', anchor: { monoMs: 0, sessionMs: 100, wallMs: ORIGIN_MS, uncertaintyMs: 1 } };

function segment(chain: number, sequence: number, startMs: number, endMs: number, source = 'w1-2'): Segment {
  return {
    session: 's1',
    source,
    lane: 'dom',
    chain,
    sequence,
    startMonoMs: startMs - 100,
    endMonoMs: endMs - 100,
    startWallMs: ORIGIN_MS + startMs - 100,
    endWallMs: ORIGIN_MS + endMs - 100,
    events: 1,
    bytes: 1,
    storedBytes: 1,
    crc32: 0,
    sha256: '0'.repeat(64),
    storedSha256: '0'.repeat(64),
  };
}

/** A ring of these segments; what it was asked is noted. */
function ringOf(segments: readonly Segment[], asked: HandOverRequest[] = []): Ring {
  return {
    handOver: async (
      request: HandOverRequest,
      give: (rows: Segment[], stored: Uint8Array<ArrayBuffer>) => Promise<void>,
    ) => {
      asked.push(request);
      const rows = segments.map((one) => ({ ...one, startMs: one.startMonoMs + 100, endMs: one.endMonoMs + 100 }));
      const lastChain = Math.max(...segments.filter(({ source }) => source === OWN.source).map(({ chain }) => chain));
      const chains = toChains(rows, (source, _lane, chain) => source === OWN.source && chain === lastChain);
      for (const row of selectRows(chains, request.startMs, request.endMs))
        await give([row], new Uint8Array([row.chain]));
      return { dead: [] };
    },
  } as unknown as Ring; // Nothing else of it is used.
}

const moment = (atMs: number, { boundMs = 0, aheadMs = 0, nowMs = 100_000 } = {}) => ({
  atMs,
  boundMs,
  aheadMs,
  nowMs,
});

const RECORDED = [segment(0, 0, 1000, 2000), segment(0, 1, 2100, 3000), segment(1, 0, 10_000, 11_000)];

it('is the one that shows the window at that time, up to that time', async () => {
  const asked: HandOverRequest[] = [];
  const chain = await readChain(ringOf(RECORDED, asked), OWN, moment(2500));
  expect(chain).toMatchObject({ source: 'w1-2', startMs: 1000, offsetMs: 100, originMs: ORIGIN_MS });
  expect(chain?.segments).toHaveLength(2);
  expect(asked).toEqual([expect.objectContaining({ lanes: ['dom'], isAlone: true })]);
});

it('shows a page that stands still', async () => {
  expect(await readChain(ringOf(RECORDED), OWN, moment(8000))).toMatchObject({ startMs: 1000, endMs: 8000 });
  expect(await readChain(ringOf(RECORDED), OWN, moment(60_000))).toMatchObject({ startMs: 10_000, endMs: 60_000 });
});

it('goes as far ahead as was asked for, until the next one begins or what is not settled yet', async () => {
  const long = [segment(0, 0, 1000, 2000), segment(0, 1, 2100, 9000), segment(0, 2, 9000, 40_000)];
  expect((await readChain(ringOf(long), OWN, moment(1500)))?.segments).toHaveLength(1);
  const ahead = await readChain(ringOf(long), OWN, moment(1500, { aheadMs: 5000 }));
  expect(ahead?.segments).toHaveLength(2);
  expect(ahead?.endMs).toBe(9000);
  expect(await readChain(ringOf(RECORDED), OWN, moment(2500, { aheadMs: 5000 }))).toMatchObject({ endMs: 7500 });
  expect(await readChain(ringOf(RECORDED), OWN, moment(2500, { aheadMs: 20_000 }))).toMatchObject({ endMs: 10_000 });
  const unsettled = moment(12_000, { aheadMs: 20_000, nowMs: 16_000 });
  expect(await readChain(ringOf(RECORDED), OWN, unsettled)).toMatchObject({ startMs: 10_000, endMs: 14_000 });
});

it('never begins before the bound: the first one after it then', async () => {
  expect(await readChain(ringOf(RECORDED), OWN, moment(2500, { boundMs: 1500 }))).toMatchObject({ startMs: 10_000 });
  expect(await readChain(ringOf(RECORDED), OWN, moment(2500, { boundMs: 10_500 }))).toBeUndefined();
});

it('is of this window’s documents, also of those that are gone, and of no other window', async () => {
  const all = [segment(0, 0, 100, 900, 'w1-1'), segment(0, 0, 100, 950, 'w10-1'), segment(0, 0, 100, 960, 'w2-1')];
  expect(await readChain(ringOf([...all, ...RECORDED]), OWN, moment(500))).toMatchObject({
    source: 'w1-1',
    startMs: 100,
  });
  expect(
    await readChain(ringOf([all[1] ?? segment(0, 0, 0, 0), ...RECORDED]), OWN, moment(500, { boundMs: 200 })),
  ).toBeUndefined();
});

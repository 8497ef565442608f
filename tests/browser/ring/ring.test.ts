import { afterEach, describe, expect, it } from 'vitest';
import { LINE_SEGMENT_BYTES, HAND_OVER_CHUNK_BYTES } from '../../../src/shared/constants.js';
import {
  appendDom,
  appendLog,
  closeWindows,
  eventually,
  handOver,
  linesOf,
  log,
  meta,
  mutation,
  newSession,
  openWindow,
  settled,
  snapshot,
} from './rings.js';

afterEach(closeWindows);

function random(bytes: number): string {
  const values = new Uint8Array(Math.ceil(bytes / 2));
  for (let at = 0; at < values.length; at += 65_536) crypto.getRandomValues(values.subarray(at, at + 65_536));
  return Array.from(values, (value) => value.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, bytes);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** CRC-32 bit by bit, to check against. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('what is appended', () => {
  it('comes back whole, in order, lane by lane', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(1), snapshot(2), mutation(3, 'x')]);
    for (let index = 0; index < 5; index++) appendLog(a, `line ${index}`, 10 + index);
    a.ring.append(
      [
        {
          lane: 'error',
          events: [{ type: 'error', t: 20, kind: 'uncaught', name: 'E', message: 'boom' }],
          monoMs: [20],
        },
      ],
      [],
      true,
    );
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'dom')).toEqual([meta(1), snapshot(2), mutation(3, 'x')]);
    expect(linesOf(rows, 'log')).toEqual([0, 1, 2, 3, 4].map((index) => log(`line ${index}`, 10 + index)));
    expect(linesOf(rows, 'error')).toHaveLength(1);
  });

  it('is sealed with true sums, sizes and times', async () => {
    const a = openWindow(newSession());
    a.ring.anchor({ monoMs: 5, sessionMs: 1005, wallMs: 1_700_000_000_000, uncertaintyMs: 1 });
    appendDom(a, [meta(10), snapshot(11, 'äöü €'), mutation(15, '\u{1f600}')]);
    const [row] = (await handOver(a)).rows;
    if (row === undefined) throw new Error('no row');
    const plain = new TextEncoder().encode(row.plain);
    expect(row.segment).toEqual({
      session: a.session,
      source: a.source,
      lane: 'dom',
      chain: 0,
      sequence: 0,
      startMonoMs: 10,
      endMonoMs: 15,
      startWallMs: 1_700_000_000_005,
      endWallMs: 1_700_000_000_010,
      events: 3,
      bytes: plain.byteLength,
      storedBytes: row.stored.byteLength,
      crc32: crc32(plain),
      sha256: await sha256(plain),
      storedSha256: await sha256(row.stored),
      checkout: true,
    });
  });

  it('is counted while it is open and when it is sealed', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(100), snapshot(101), mutation(103, 'x')]);
    appendLog(a, 'one', 50);
    const open = await a.ring.totals();
    expect(open.lanes.map(({ lane, events }) => [lane, events])).toEqual([
      ['dom', 3],
      ['log', 1],
    ]);
    expect(open).toMatchObject({ oldestMs: 50, dropped: 0 });
    const { rows } = await handOver(a);
    const sealed = await a.ring.totals();
    for (const { segment } of rows) {
      const { lane, events, bytes, storedBytes } = segment;
      expect(sealed.lanes).toContainEqual({ lane, events, bytes, storedBytes });
    }
  });

  it('goes on after a hand-over, in the same dom chain', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(1), snapshot(2)]);
    await handOver(a);
    appendDom(a, [mutation(3, 'later')]);
    const { rows } = await handOver(a);
    expect(rows.map(({ segment }) => [segment.chain, segment.sequence, segment.checkout ?? false])).toEqual([
      [0, 0, true],
      [0, 1, false],
    ]);
  });
});

describe('segments', () => {
  it('of lines are cut at 64 KB, each a chain of its own', async () => {
    const a = openWindow(newSession());
    for (let index = 0; index < 40; index++) appendLog(a, random(5000), index);
    const { rows } = await handOver(a);
    expect(rows.length).toBeGreaterThanOrEqual(4);
    for (const { segment } of rows) expect(segment.bytes).toBeLessThanOrEqual(LINE_SEGMENT_BYTES);
    expect(rows.map(({ segment }) => segment.chain)).toEqual(rows.map((_, index) => index));
    expect(rows.every(({ segment }) => segment.sequence === 0 && segment.checkout === undefined)).toBe(true);
    expect(linesOf(rows, 'log')).toHaveLength(40);
  });

  it('of dom are cut every five seconds of the page, and a new chain at each full snapshot', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(0), snapshot(1), mutation(3000, 'a'), mutation(5500, 'b')]);
    appendDom(a, [mutation(7000, 'c'), meta(7500), snapshot(7501), mutation(7600, 'd')]);
    const { rows } = await handOver(a);
    expect(
      rows.map(({ segment: { chain, sequence, events, checkout } }) => [chain, sequence, events, checkout]),
    ).toEqual([
      [0, 0, 3, true],
      [0, 1, 2, undefined],
      [1, 0, 3, true],
    ]);
  });

  it('are sealed by time alone when the lane falls silent', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(performance.now() - 4000), snapshot(performance.now() - 4000)]);
    await eventually(async () => {
      const [dom] = (await a.ring.totals()).lanes;
      return dom !== undefined && dom.storedBytes < dom.bytes;
    });
  });
});

describe('the dom lane', () => {
  it('begins with a full snapshot, whatever came before it', async () => {
    const a = openWindow(newSession());
    appendDom(a, [mutation(1, 'early'), meta(2), snapshot(3), mutation(4, 'x')]);
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'dom')).toEqual([meta(2), snapshot(3), mutation(4, 'x')]);
    expect((await a.ring.totals()).dropped).toBe(0);
  });

  it('asks for a full snapshot after a loss, and records nothing that cannot be replayed until it comes', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(1), snapshot(2)]);
    const uncloneable = { ...mutation(3, 'x'), data: { source: 0, handler: () => undefined } };
    appendDom(a, [uncloneable]);
    appendDom(a, [mutation(4, 'lost')]);
    await eventually(() => a.checkoutsWanted > 0);
    appendDom(a, [meta(5), snapshot(6), mutation(7, 'again')]);
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'dom')).toEqual([meta(1), snapshot(2), meta(5), snapshot(6), mutation(7, 'again')]);
    expect((await a.ring.totals()).dropped).toBe(2);
  });
});

describe('masked values', () => {
  it('that come with a batch are not in it', async () => {
    const a = openWindow(newSession());
    a.ring.append(
      [{ lane: 'log', events: [log('the code is hunter2-secret, really')], monoMs: [1] }],
      [{ value: 'hunter2-secret', kind: 'secret' }],
      false,
    );
    const { rows } = await handOver(a);
    expect(rows[0]?.plain).toContain('the code is');
    expect(rows[0]?.plain).not.toContain('hunter2');
  });

  it('are taken out of lines that were written before they were known, on disk too', async () => {
    const session = newSession();
    const a = openWindow(session);
    appendDom(a, [meta(1), snapshot(2, 'echo: correct-horse')]);
    for (const text of ['typed correct-horse', 'typed correct-horse again']) {
      appendLog(a, text);
      await settled(a.ring);
    }
    a.ring.append([], [{ value: 'correct-horse', kind: 'secret' }], false);
    await settled(a.ring);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // What another window finds of it is what was on the disk.
    a.kill();
    const b = openWindow(session);
    await eventually(async () => (await handOver(b)).rows.length === 2);
    const { rows } = await handOver(b);
    expect(linesOf(rows, 'dom')).toHaveLength(2);
    expect(linesOf(rows, 'log')).toHaveLength(2);
    expect(rows.map(({ plain }) => plain).join('')).not.toContain('correct-horse');
  });

  it('are known to a worker that takes the place of a dead one', async () => {
    const a = openWindow(newSession());
    a.ring.append([], [{ value: 'my-lost-secret', kind: 'secret' }], false);
    await settled(a.ring);
    a.workers[0]?.dispatchEvent(new ErrorEvent('error', { cancelable: true }));
    appendLog(a, 'here is my-lost-secret again');
    expect(a.workers).toHaveLength(2);
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'log')).toHaveLength(1);
    expect(rows[0]?.plain).not.toContain('my-lost-secret');
  });
});

describe('a hand-over', () => {
  it('comes in chunks of at most 1 MiB, the next when the last one was taken', async () => {
    const a = openWindow(newSession());
    for (let index = 0; index < 100; index++) appendLog(a, random(60_000), index);
    let isTaking = false;
    const sizes: number[] = [];
    await a.ring.handOver({ handOver: crypto.randomUUID(), startMs: 0, endMs: 1000 }, async (segments, stored) => {
      expect(isTaking).toBe(false);
      isTaking = true;
      await new Promise((resolve) => setTimeout(resolve, 10));
      isTaking = false;
      expect(stored.byteLength).toBe(segments.reduce((sum, { storedBytes }) => sum + storedBytes, 0));
      sizes.push(stored.byteLength);
    });
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(HAND_OVER_CHUNK_BYTES);
  });

  it('rejects with what the taker rejected with, and the rows stay', async () => {
    const a = openWindow(newSession());
    appendLog(a, 'stays');
    const reason = new Error('host gone');
    const request = { handOver: crypto.randomUUID(), startMs: -1e9, endMs: 1e9 };
    await expect(a.ring.handOver(request, () => Promise.reject(reason))).rejects.toBe(reason);
    expect(linesOf((await handOver(a)).rows, 'log')).toHaveLength(1);
  });

  it('takes what the stretch needs: lines that overlap, dom from its full snapshot, a still page too', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(0), snapshot(1), mutation(5100, 'a'), meta(10_000), snapshot(10_001), mutation(16_000, 'b')]);
    appendLog(a, 'early', 1000);
    await handOver(a);
    appendLog(a, 'late', 16_500);
    const at = async (startMs: number, endMs: number): Promise<string[]> => {
      const { rows } = await handOver(a, { startMs, endMs });
      return rows.map(({ segment: { lane, chain, sequence } }) => `${lane} ${chain}.${sequence}`).sort();
    };
    expect(await at(0, 20_000)).toEqual(['dom 0.0', 'dom 0.1', 'dom 1.0', 'dom 1.1', 'log 0.0', 'log 1.0']);
    expect(await at(7000, 8000)).toEqual(['dom 0.0', 'dom 0.1']);
    expect(await at(15_000, 15_500)).toEqual(['dom 1.0']);
    expect(await at(900_000, 900_001)).toEqual(['dom 1.0', 'dom 1.1']);
  });
});

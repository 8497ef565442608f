import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/shared/bundle/byte-source.js';
import type { DomEvent, LogEvent } from '../../../../src/shared/session/lane.js';
import { fileSource } from '../../../../src/viewer/sources/file-source.js';
import { ReportSource } from '../../../../src/viewer/sources/report-source.js';
import { reportTimeReader, toReportMs } from '../../../../src/viewer/sources/report-time.js';
import type { SegmentRef } from '../../../../src/viewer/sources/session-source.js';
import { STARTED_MS, makeBundle, testSource, type TestSegment } from '../make-bundle.js';

function log(t: number): LogEvent {
  return { type: 'log', t, level: 'info', logger: 'console', message: `at ${t}` };
}
function dom(t: number, type = 3): DomEvent {
  return { type, data: {}, timestamp: STARTED_MS + t };
}
const chain: TestSegment[] = [0, 1, 2].map((sequence) => ({
  lane: 'dom',
  source: 'w1-1',
  chain: 4,
  sequence,
  events: [dom(sequence * 5_000, sequence === 0 ? 2 : 3), dom(sequence * 5_000 + 4_000)],
}));
const logs: TestSegment = { lane: 'log', source: 'w1-1', events: [log(100), log(2_000)] };

function report(...parts: Uint8Array<ArrayBuffer>[]): ReportSource {
  return new ReportSource(parts.map((bytes, number) => ({ number, open: () => Promise.resolve(bytesSource(bytes)) })));
}
const lane = (index: { lanes: ReadonlyMap<string, readonly SegmentRef[]> }, name: string) =>
  index.lanes.get(name) ?? [];

describe('a report', () => {
  it('of one part tells what is in it and reads events and chains', async () => {
    const source = report(
      await makeBundle({ sources: [testSource('w1-1', { title: 'Orders' })], segments: [...chain, logs] }),
    );
    const index = await source.open();
    expect(index).toMatchObject({ startMs: 0, endMs: 14_000, wallStartMs: STARTED_MS, problems: [] });
    expect(index.sources).toMatchObject([{ key: 'w1-1', window: 'w1', title: 'Orders', offsetMs: 0 }]);
    expect(index.parts).toMatchObject([{ number: 0, summary: { session: { app: { name: 'Fluxion' } }, offsetMs: 0 } }]);
    const [first] = lane(index, 'log');
    if (first === undefined) throw new Error('no log');
    expect((await source.readEvents(first)).events).toEqual([log(100), log(2_000)]);
    const { chunks, problems } = await source.readChain(lane(index, 'dom'));
    expect(problems).toEqual([]);
    expect(chunks.map((chunk) => new TextDecoder().decode(chunk).trim().split('\n').length)).toEqual([2, 2, 2]);
  });

  it('of two parts of one session lists once what both hold, with one clock', async () => {
    const later = { monoMs: 60_000, sessionMs: 60_040, wallMs: STARTED_MS + 60_040, uncertaintyMs: 1 };
    const before = testSource('w1-1');
    const after = testSource('w1-1', { anchors: [...before.anchors, later], title: 'Orders' });
    const more: TestSegment = { lane: 'log', source: 'w1-1', sequence: 1, events: [log(61_000)] };
    const source = report(
      await makeBundle({ sources: [before], segments: [...chain.slice(1), logs] }),
      await makeBundle({ sources: [after], segments: [...chain, logs, more] }),
    );
    const index = await source.open();
    expect(index.sources).toHaveLength(1);
    expect(index.sources[0]).toMatchObject({ title: 'Orders', anchors: [{ monoMs: 0 }, { monoMs: 60_000 }] });
    expect(lane(index, 'log').map(({ startMs, part }) => [startMs, part])).toEqual([
      [100, 0],
      [61_040, 1],
    ]);
    // The first segment of the chain is only in the second part: the chain is read from both.
    const dom = lane(index, 'dom');
    expect(dom.map(({ part, checkout }) => [part, checkout])).toEqual([
      [1, true],
      [0, false],
      [0, false],
    ]);
    expect((await source.readChain(dom)).chunks).toHaveLength(3);
    expect(new Set([...index.lanes.values()].flat().map(({ ordinal }) => ordinal)).size).toBe(5);
  });

  it('of two sessions lays the second one beside the first by wall clock', async () => {
    const second = { session: 's2', startedMs: STARTED_MS + 3_600_000 };
    const source = report(
      await makeBundle({ sources: [testSource('w1-1')], segments: [logs] }),
      await makeBundle({ ...second, sources: [testSource('w1-1')], segments: [logs] }),
    );
    const index = await source.open();
    expect(index.sources.map(({ key, window, offsetMs }) => [key, window, offsetMs])).toEqual([
      ['w1-1', 'w1', 0],
      ['s2/w1-1', 's2/w1', 3_600_000],
    ]);
    expect(lane(index, 'log').map(({ startMs, source: of }) => [startMs, of])).toEqual([
      [100, 'w1-1'],
      [3_600_100, 's2/w1-1'],
    ]);
    expect(index.endMs).toBe(3_602_000);
  });

  it('with a part that cannot be opened shows the others and says what is wrong', async () => {
    const good = await makeBundle({ sources: [testSource('w1-1')], segments: [logs] });
    const source = report(new TextEncoder().encode('no zip at all, whatever its name'), good);
    const index = await source.open();
    expect(index.parts.map(({ number, summary }) => [number, summary !== undefined])).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(index.problems).toMatchObject([{ part: 0, code: 'not-a-zip' }]);
    expect(lane(index, 'log')).toHaveLength(1);
  });

  it('of which nothing can be opened throws what is wrong with the first part', async () => {
    const source = report(new TextEncoder().encode('no zip'), new Uint8Array(0));
    await expect(source.open()).rejects.toMatchObject({ code: 'not-a-zip' });
    await expect(report().open()).rejects.toMatchObject({ code: 'missing-entry' });
  });

  it('gives what comes before a damaged segment of a chain', async () => {
    const bytes = await makeBundle({ sources: [testSource('w1-1')], segments: chain });
    const source = report(bytes);
    const index = await source.open();
    const dom = lane(index, 'dom');
    const name = new TextEncoder().encode(dom[1]?.path ?? '');
    const at = bytes.findIndex((_, from) => name.every((byte, index_) => bytes[from + index_] === byte));
    bytes.fill(0xff, at + name.length, at + name.length + 12);
    const { chunks, problems } = await source.readChain(dom);
    expect(chunks).toHaveLength(1);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toBe(dom[1]?.path);
  });

  it('comes from a file without any server, and ends when it is closed', async () => {
    const bytes = await makeBundle({ sources: [testSource('w1-1')], segments: [logs] });
    const source = fileSource([new Blob([bytes])]);
    const index = await source.open();
    const [first] = lane(index, 'log');
    if (first === undefined) throw new Error('no log');
    source.close();
    await expect(source.readEvents(first)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stops opening when it is told to', async () => {
    const stop = new AbortController();
    const never = new ReportSource([
      {
        number: 0,
        open: (signal) =>
          new Promise((_, reject) =>
            signal?.addEventListener('abort', () => {
              reject(signal.reason as Error);
            }),
          ),
      },
    ]);
    const opening = never.open(stop.signal);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('report time', () => {
  const anchors = [
    { monoMs: 0, sessionMs: 1_000, wallMs: 0, uncertaintyMs: 1 },
    { monoMs: 10_000, sessionMs: 10_900, wallMs: 0, uncertaintyMs: 1 },
    { monoMs: 20_000, sessionMs: 21_500, wallMs: 0, uncertaintyMs: 1 },
  ];

  it('goes by the last anchor before, and by its session', () => {
    expect([5_000, 10_000, 25_000].map((ms) => toReportMs({ anchors, offsetMs: 7 }, ms))).toEqual([
      6_007, 10_907, 26_507,
    ]);
  });

  it('is the same read one after the other, but never goes back where an anchor turns the clock back', () => {
    const read = reportTimeReader({ anchors, offsetMs: 7 });
    expect([5_000, 9_980, 10_000, 10_100, 25_000].map(read)).toEqual([6_007, 10_987, 11_007, 11_007, 26_507]);
    expect(read(5_000)).toBe(6_007);
  });

  it('does not depend on what else was read: lanes keep their order among each other', () => {
    const [page, log] = [reportTimeReader({ anchors, offsetMs: 0 }), reportTimeReader({ anchors, offsetMs: 0 })];
    page(9_999);
    // The page changed, and said so right afterwards.
    expect(page(10_001)).toBeLessThanOrEqual(log(10_002));
  });
});

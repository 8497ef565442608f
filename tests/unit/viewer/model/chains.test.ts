import { describe, expect, it } from 'vitest';
import { activeWindowAt, nextChain, replayWindows, shownAt } from '../../../../src/viewer/model/chains.js';
import { recordingGaps } from '../../../../src/viewer/model/gaps.js';
import type { RecorderItem } from '../../../../src/viewer/model/items.js';
import type { ReportIndex, ReportSource, SegmentRef } from '../../../../src/viewer/sources/session-source.js';

function source(key: string, window: string, title?: string): ReportSource {
  const anchors = [{ monoMs: 0, sessionMs: 0, wallMs: 0, uncertaintyMs: 0 }];
  return { key, kind: 'window', window, originMs: 0, anchors, offsetMs: 0, ...(title === undefined ? {} : { title }) };
}

let ordinal = 0;
function segment(
  of: string,
  chain: number,
  startMs: number,
  endMs: number,
  checkout: boolean,
  bytes = 100,
): SegmentRef {
  ordinal += 1;
  const path = `${of}/${chain}-${startMs}`;
  return {
    ordinal,
    part: 0,
    path,
    lane: 'dom',
    source: of,
    chain,
    startMs,
    endMs,
    events: 1,
    bytes,
    storedBytes: 1,
    checkout,
  };
}

function index(sources: ReportSource[], dom: SegmentRef[], others: SegmentRef[] = []): ReportIndex {
  const lanes = new Map([
    ['dom', dom],
    ['log', others],
  ]);
  return { startMs: 0, endMs: 200_000, wallStartMs: 0, parts: [], sources, lanes, problems: [] };
}

const twoWindows = index(
  [source('w1-1', 'w1'), source('w1-2', 'w1', 'Orders'), source('w2-1', 'w2', 'Chart')],
  [
    segment('w1-1', 0, 0, 5_000, true, 500),
    segment('w1-1', 0, 5_000, 10_000, false, 500),
    segment('w1-1', 1, 10_100, 14_000, true, 500),
    segment('w2-1', 0, 12_000, 90_000, true),
    segment('w1-2', 0, 60_000, 70_000, true, 500),
  ],
);

describe('windows', () => {
  it('have the chains of all documents that they loaded, and the last title', () => {
    const windows = replayWindows(twoWindows);
    expect(windows.map(({ key, title, chains }) => [key, title, chains.map(({ key: chain }) => chain)])).toEqual([
      ['w1', 'Orders', ['w1-1/0', 'w1-1/1', 'w1-2/0']],
      ['w2', 'Chart', ['w2-1/0']],
    ]);
  });

  it('do not go on through what lies between the stretches of two parts', () => {
    const dom = [segment('w1-1', 0, 0, 5_000, true), segment('w1-1', 1, 60_000, 65_000, true)];
    const part = (number: number, startMs: number, endMs: number): ReportIndex['parts'][number] => ({
      number,
      bytes: 1,
      problems: [],
      summary: {
        session: { id: 's1', app: { name: 'Fluxion', version: '1' }, platform: { os: 'Linux' }, startedMs: 0 },
        createdMs: 0,
        range: { startMs, endMs },
        lanes: [],
        offsetMs: 0,
      },
    });
    const of = (...parts: ReportIndex['parts'][number][]): ReportIndex => ({
      ...index([source('w1-1', 'w1')], dom),
      parts,
    });
    const shown = (report: ReportIndex, ms: number): string => {
      const [window] = replayWindows(report);
      if (window === undefined) throw new Error('no window');
      return shownAt(window, ms).kind;
    };
    const apart = of(part(0, 0, 20_000), part(1, 60_000, 70_000));
    expect([15_000, 21_000, 30_000, 61_000].map((ms) => shown(apart, ms))).toEqual(['chain', 'chain', 'gap', 'chain']);
    // Where they touch, or one holds the other, nothing is missing.
    expect(shown(of(part(0, 0, 20_000), part(1, 20_000, 70_000)), 30_000)).toBe('chain');
    expect(shown(of(part(0, 0, 70_000), part(1, 60_000, 70_000)), 30_000)).toBe('chain');
    expect(shown(of(part(0, 0, 20_000)), 30_000)).toBe('chain');
  });

  it('leave out a chain without its checkout', () => {
    const windows = replayWindows(index([source('w1-1', 'w1')], [segment('w1-1', 3, 0, 10, false)]));
    expect(windows).toEqual([]);
  });

  it('show the chain that began last, until the next one begins', () => {
    const [window] = replayWindows(twoWindows);
    if (window === undefined) throw new Error('no window');
    const keyAt = (ms: number) => {
      const shown = shownAt(window, ms);
      return shown.kind === 'chain' ? shown.chain.key : 'gap';
    };
    expect([0, 9_999, 10_050, 10_100, 65_000].map(keyAt)).toEqual(['w1-1/0', 'w1-1/0', 'w1-1/0', 'w1-1/1', 'w1-2/0']);
    expect(nextChain(window, window.chains[0] as never)?.key).toBe('w1-1/1');
    expect(nextChain(window, window.chains[2] as never)).toBeUndefined();
  });

  it('show a gap where the document was gone, and where the recording is next', () => {
    const [window] = replayWindows(twoWindows);
    if (window === undefined) throw new Error('no window');
    expect(shownAt(window, 30_000)).toEqual({ kind: 'gap', startMs: 16_000, endMs: 60_000, nextMs: 60_000 });
    expect(shownAt(window, -10)).toMatchObject({ kind: 'gap', nextMs: 0 });
    expect(shownAt(window, 100_000)).toMatchObject({ kind: 'gap', nextMs: undefined });
  });

  it('stay on a quiet page for as long as its document gives signs of life', () => {
    const quiet = index(
      [source('w1-1', 'w1')],
      [segment('w1-1', 0, 0, 5_000, true)],
      [{ ...segment('w1-1', 0, 0, 80_000, false), lane: 'log' }],
    );
    const [window] = replayWindows(quiet);
    expect(window && shownAt(window, 79_000).kind).toBe('chain');
    expect(window && shownAt(window, 85_000).kind).toBe('gap');
  });

  it('are chosen by the latest action, or by what changed last', () => {
    const windows = replayWindows(twoWindows);
    const keyAt = (ms: number, actions: { ms: number; source: string }[] = []) =>
      activeWindowAt(windows, ms, actions)?.key;
    expect(keyAt(11_000)).toBe('w1');
    expect(keyAt(15_500)).toBe('w2');
    expect(keyAt(15_500, [{ ms: 15_000, source: 'w1-1' }])).toBe('w1');
    expect(keyAt(15_500, [{ ms: 15_600, source: 'w1-1' }])).toBe('w2');
    expect(keyAt(30_000)).toBe('w2');
  });
});

describe('recording gaps', () => {
  it('reach from what stopped the recording to what began it again', () => {
    const item = (ms: number, kind: RecorderItem['event']['kind'], of = 'w1-1'): RecorderItem => ({
      lane: 'recorder',
      key: ms,
      ms,
      source: of,
      event: { type: 'recorder', t: ms, kind, text: '' },
    });
    const items = [
      item(0, 'started'),
      item(10, 'paused'),
      item(12, 'paused', 'w2-1'),
      item(20, 'dropped'),
      item(30, 'resumed'),
      item(40, 'failed'),
    ];
    expect(recordingGaps(items, 100)).toEqual([
      { source: 'w1-1', reason: 'paused', startMs: 10, endMs: 30 },
      { source: 'w2-1', reason: 'paused', startMs: 12, endMs: 100 },
      { source: 'w1-1', reason: 'failed', startMs: 40, endMs: 100 },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { ReplayWindow } from '../../../../src/viewer/model/chains.js';
import { Arrivals, withOlder } from '../../../../src/viewer/state/arrivals.js';
import { sourceNames } from '../../../../src/viewer/state/source-names.js';
import { windowSwitches } from '../../../../src/viewer/state/window-switches.js';
import { problemRows } from '../../../../src/viewer/panels/details/problem-rows.js';
import { areaPath, barPath, tickPath } from '../../../../src/viewer/panels/timeline/strip-paths.js';

describe('names of sources', () => {
  const source = (key: string, more: object = {}) => ({
    key,
    kind: 'window' as const,
    originMs: 0,
    anchors: [],
    offsetMs: 0,
    ...more,
  });

  it('are the titles; documents of one window share theirs, two windows of one title are numbered', () => {
    const names = sourceNames({
      sources: [
        source('a1', { window: 'a', title: 'Orders' }),
        source('a2', { window: 'a', title: 'Orders' }),
        source('b1', { window: 'b', title: 'Orders' }),
        source('c1', { title: '  ' }),
        source('h1', { kind: 'host' }),
      ],
    });
    expect([...names.values()]).toEqual(['Orders', 'Orders', 'Orders (2)', 'Window', 'Host process']);
  });
});

describe('switches of windows', () => {
  const window = (key: string, source: string): ReplayWindow =>
    ({ key, chains: [{ source: { key: source } }] }) as unknown as ReplayWindow;
  const windows = [window('a', 'a1'), window('b', 'b1')];

  it('are where actions pass from one to the other', () => {
    const actions = [
      { ms: 1, source: 'a1' },
      { ms: 2, source: 'a1' },
      { ms: 3, source: 'b1' },
      { ms: 4, source: 'gone' },
      { ms: 5, source: 'a1' },
    ];
    expect(windowSwitches(windows, actions)).toEqual([
      { ms: 3, window: 'b' },
      { ms: 5, window: 'a' },
    ]);
    expect(windowSwitches(windows.slice(1), actions)).toEqual([]);
  });
});

describe('arrivals', () => {
  it('are what was not there when the look began', () => {
    const arrivals = new Arrivals();
    expect(arrivals.note(['a'])).toEqual([]);
    arrivals.add(['old']);
    expect(arrivals.note(['b', 'a', 'old'])).toEqual(['b']);
    arrivals.reset();
    expect(arrivals.note(['c'])).toEqual([]);
  });

  it('leave what was loaded behind a full page, and drop it when the page is all there is', () => {
    const rows = (...ids: string[]) => ids.map((id) => ({ id }));
    expect(withOlder(rows('c', 'b'), rows('b', 'a'), 2)).toEqual(rows('c', 'b', 'a'));
    expect(withOlder(rows('c', 'b'), rows('b', 'a'), 3)).toEqual(rows('c', 'b'));
    // More came in than a page holds: what lies between is unknown.
    expect(withOlder(rows('e', 'd'), rows('b', 'a'), 2)).toEqual(rows('e', 'd'));
  });
});

describe('problems', () => {
  it('are listed once, wherever they were met', () => {
    const problem = { code: 'wrong-hash' as const, message: 'Damaged.', path: 'log/1.ndjson' };
    const rows = problemRows(
      { problems: [{ ...problem, part: 0, detail: 'sha256' }] },
      [{ ...problem, segment: { part: 0, path: problem.path } as never }],
      [
        {
          type: 'quarantine',
          id: '10000000-0000-4000-8000-000000000000',
          atMs: 0,
          by: 'desk',
          part: { number: 1, bytes: 1, sha256: '0'.repeat(64) },
          code: 'truncated',
          reason: 'Cut off.',
        },
      ],
    );
    expect(rows).toEqual([
      { key: 'part 2 truncated', code: 'truncated', message: 'Cut off.', where: 'part 2' },
      {
        key: 'part 1, log/1.ndjson wrong-hash',
        code: 'wrong-hash',
        message: 'Damaged. (sha256)',
        where: 'part 1, log/1.ndjson',
      },
    ]);
    expect(problemRows(undefined, [], [])).toEqual([]);
  });
});

describe('paths of the strip', () => {
  it('draw nothing where nothing was, and see the least', () => {
    expect(barPath([0, 0], 10, 18)).toBe('');
    expect(barPath([0, 0.01], 10, 18)).toBe('M1 28V26h.8V28z');
    expect(areaPath([], 0, 10)).toBe('');
    expect(areaPath([1], 0, 10)).toBe('M0 10L0 2h1V10z');
  });

  it('mark a bar once, however many errors it has', () => {
    const view = { startMs: 0, endMs: 100 };
    const items = [...Array.from({ length: 1_000 }, () => ({ ms: 50 })), { ms: 100 }, { ms: 101 }];
    expect(tickPath(items, view, 10)).toBe('M5.5 3v8M9.5 3v8');
  });
});

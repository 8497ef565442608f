import { describe, expect, it } from 'vitest';
import type { OwnLane } from '../../../../src/shared/session/own-lane.js';
import type { Item, LogItem } from '../../../../src/viewer/model/items.js';
import { formatMoment, formatReportTime, parseMoment } from '../../../../src/viewer/model/moment.js';
import { matcher, parseQuery, searchItems } from '../../../../src/viewer/model/search.js';

function line(key: number, message: string, level: LogItem['event']['level'] = 'info', source = 'w'): LogItem {
  return { lane: 'log', key, ms: key, source, event: { type: 'log', t: key, level, logger: 'sync', message } };
}

describe('search', () => {
  it('splits a query into words and quoted phrases', () => {
    expect(parseQuery('  Sync "order 7"  FAILED ')).toEqual(['sync', 'order 7', 'failed']);
    expect(parseQuery('an "open quote')).toEqual(['an', 'open quote']);
    expect(parseQuery('"" ')).toEqual([]);
    expect(parseQuery('a '.repeat(9_999))).toHaveLength(20);
  });

  it('finds lines with all words, in any case and order', async () => {
    const items = [line(1, 'Sync of order 7 failed'), line(2, 'sync done'), line(3, 'Failed: SYNC')];
    const found = await searchItems(items, { text: 'failed sync' });
    expect(found.map(({ key }) => key)).toEqual([1, 3]);
  });

  it('takes no word of the query for a pattern', async () => {
    const items = [line(1, 'cost (a+b)*'), line(2, 'cost aab')];
    expect(await searchItems(items, { text: '(a+b)*' })).toEqual([items[0]]);
  });

  it('filters by level, source and failure, each only where it means something', () => {
    const error: Item = {
      lane: 'error',
      key: 9,
      ms: 9,
      source: 'w',
      event: { type: 'error', t: 9, kind: 'uncaught', name: 'TypeError', message: 'x is undefined' },
    };
    const onlyErrors = matcher({ levels: new Set(['error']) });
    expect(onlyErrors?.(line(1, '', 'info'))).toBe(false);
    expect(onlyErrors?.(error)).toBe(true);
    expect(matcher({ sources: new Set(['w']) })?.(line(1, '', 'info', 'host'))).toBe(false);
    expect(matcher({ text: 'typeerror' })?.(error)).toBe(true);
    expect(matcher({ text: '  ' })).toBeUndefined();
  });

  it('finds lines of the app’s own by their lane, their text and their data', () => {
    const own = (type: OwnLane, data?: unknown): Item => ({
      lane: 'own',
      key: 1,
      ms: 1,
      source: 'w',
      event: { type, t: 1, text: 'Out of paper', level: 'warn', ...(data === undefined ? {} : { data }) },
    });
    const prints = matcher({ ownLane: 'app-print-queue' });
    expect(prints?.(own('app-print-queue'))).toBe(true);
    expect(prints?.(own('app-orders'))).toBe(false);
    // Of another kind of line it says nothing.
    expect(prints?.(line(1, 'x'))).toBe(true);
    expect(matcher({ text: 'upstairs' })?.(own('app-print-queue', { printer: 'Upstairs' }))).toBe(true);
    expect(matcher({ text: '"print queue" warn' })?.(own('app-print-queue'))).toBe(true);
    expect(matcher({ text: 'upstairs' })?.(own('app-print-queue'))).toBe(false);
  });

  it('goes through half a million lines in slices and can be stopped', async () => {
    const items = Array.from({ length: 500_000 }, (_, key) => line(key, `line number ${key}`));
    let slices = 0;
    const stop = new AbortController();
    const search = searchItems(items, { text: 'number 499999' }, { onProgress: () => (slices += 1) });
    expect((await search).map(({ key }) => key)).toEqual([499_999]);
    expect(slices).toBeGreaterThan(3);
    const stopped = searchItems(
      items,
      { text: 'x' },
      {
        signal: stop.signal,
        onProgress: () => {
          stop.abort();
        },
      },
    );
    await expect(stopped).rejects.toThrow();
  });

  it('looks at the beginning of a huge line only', async () => {
    const huge = line(1, `needle ${'x'.repeat(100_000)} thread`);
    expect(await searchItems([huge], { text: 'needle' })).toHaveLength(1);
    expect(await searchItems([huge], { text: 'thread' })).toHaveLength(0);
  });
});

describe('moment', () => {
  it('goes into a link and comes back', () => {
    const moment = { ms: -1_234.4, window: 's2/w 1&x' };
    expect(parseMoment(formatMoment(moment))).toEqual({ ms: -1_234, window: 's2/w 1&x' });
    expect(parseMoment(formatMoment({ ms: 90_000.6 }))).toEqual({ ms: 90_001 });
  });

  it('is absent where a link is damaged', () => {
    for (const query of ['', 't=', 't=1e9', 't=abc', 't=NaN', `t=${'9'.repeat(30)}`, 'w=w1']) {
      expect(parseMoment(query), query).toBeUndefined();
    }
  });

  it('is written for people', () => {
    expect(formatReportTime(0)).toBe('0:00.0');
    expect(formatReportTime(65_449)).toBe('1:05.4');
    expect(formatReportTime(3_723_000)).toBe('1:02:03.0');
    expect(formatReportTime(-1_500)).toBe('−0:01.5');
  });
});

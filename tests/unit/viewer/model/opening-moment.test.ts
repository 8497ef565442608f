import { describe, expect, it } from 'vitest';
import { openingMoment } from '../../../../src/viewer/model/opening-moment.js';
import type { ReportIndex, SegmentRef } from '../../../../src/viewer/sources/session-source.js';

function report(lanes: Readonly<Record<string, readonly number[]>>): Pick<ReportIndex, 'lanes' | 'startMs'> {
  const refs = Object.entries(lanes).map(
    ([lane, starts]) => [lane, starts.map((startMs) => ({ lane, startMs }) as SegmentRef)] as const,
  );
  return { startMs: 1000, lanes: new Map(refs) };
}

describe('where a report opens', () => {
  it('is shortly before its first error', () => {
    expect(openingMoment(report({ error: [90_000, 95_000] }), [{ startMs: 2000 }])).toBe(85_000);
  });
  it('is where there is a page to see, if the error came before or at once', () => {
    expect(openingMoment(report({ error: [4000] }), [{ startMs: 2000 }])).toBe(2000);
  });
  it('is the first page of any window without an error', () => {
    expect(openingMoment(report({ log: [1000] }), [{ startMs: 7000 }, { startMs: 2500 }])).toBe(2500);
  });
  it('is its beginning if there is no page', () => {
    expect(openingMoment(report({}), [])).toBe(1000);
  });
});

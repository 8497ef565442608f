import { expect, it } from 'vitest';
import { chooseRows, type DraftRow } from '../../../../src/main/services/draft-selection.js';
import type { Lane } from '../../../../src/shared/session/lane.js';

function row(lane: Lane): DraftRow {
  const place = { source: 'w1-1', lane, chain: 0, sequence: 0, startMs: 0, endMs: 10, storedBytes: 1 };
  // Of a segment only its place is looked at here.
  return { ...place, segment: place as unknown as DraftRow['segment'] };
}

const ROWS = [row('log'), row('app-orders'), row('app-prints'), row('error')];
const chosen = (lanes?: readonly (Lane | 'own')[]): Lane[] =>
  chooseRows(ROWS, { startMs: 0, endMs: 10, ...(lanes === undefined ? {} : { lanes }) }, () => false).map(
    ({ lane }) => lane,
  );

it('chooses every lane where none is named, those of the app’s own included', () => {
  expect(chosen()).toHaveLength(4);
});

it('chooses each lane of the app’s own by its name, or all of them', () => {
  expect(chosen(['log', 'app-prints'])).toEqual(['app-prints', 'log']);
  expect(chosen(['own'])).toEqual(['app-orders', 'app-prints']);
  expect(chosen(['log'])).toEqual(['log']);
  expect(chosen([])).toEqual([]);
});

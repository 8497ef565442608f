import { expect, it } from 'vitest';
import { entriesOf, previewOf } from '../../../../src/viewer/components/value-preview.js';

it.each([
  ['text', 'text'],
  [12, '12'],
  [null, 'null'],
  [{ status: 500, deep: { a: 1 }, list: [1] }, '{status: 500, deep: {…}, list: […]}'],
  [[1, 'two', {}], '(3) [1, "two", {…}]'],
  [{}, '{}'],
])('%j in one line', (value, text) => {
  expect(previewOf(value)).toBe(text);
});

it('stays short whatever is in it', () => {
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, 'x'.repeat(500)]));
  expect(previewOf(wide).length).toBeLessThan(120);
  expect(previewOf('x'.repeat(100_000)).length).toBeLessThan(20_010);
});

it('looks into objects and arrays only', () => {
  expect(entriesOf([7])).toEqual([['0', 7]]);
  expect(entriesOf({ a: 1 })).toEqual([['a', 1]]);
  expect(entriesOf('text')).toBeUndefined();
  expect(entriesOf(null)).toBeUndefined();
});

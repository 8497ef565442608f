import { expect, test } from 'vitest';
import { spellGroups, spellOut } from '../../../../src/recorder/panel/spelling.js';

test('a receipt code is spelled group by group', () => {
  expect(spellOut('K7QF2-9DM4X-7')).toBe('Kilo, seven, Quebec, Foxtrot, two; nine, Delta, Mike, four, X-ray; seven');
  expect(spellGroups('K7-Z')).toEqual([
    [
      { character: 'K', word: 'Kilo' },
      { character: '7', word: 'seven' },
    ],
    [{ character: 'Z', word: 'Zulu' }],
  ]);
});

test('every character that a receipt code can hold has a word', () => {
  for (const character of '0123456789ABCDEFGHJKMNPQRSTVWXYZ') expect(spellOut(character)).not.toBe(character);
});

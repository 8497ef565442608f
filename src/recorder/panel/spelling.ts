// The spelling alphabet of the ITU Radio Regulations (Appendix 14), which people know from aviation ("NATO alphabet").
// Receipt codes use Crockford's base 32; I, L, O and U are here for completeness of what a reader may meet.
const WORDS: Readonly<Record<string, string>> = {
  A: 'Alfa',
  B: 'Bravo',
  C: 'Charlie',
  D: 'Delta',
  E: 'Echo',
  F: 'Foxtrot',
  G: 'Golf',
  H: 'Hotel',
  I: 'India',
  J: 'Juliett',
  K: 'Kilo',
  L: 'Lima',
  M: 'Mike',
  N: 'November',
  O: 'Oscar',
  P: 'Papa',
  Q: 'Quebec',
  R: 'Romeo',
  S: 'Sierra',
  T: 'Tango',
  U: 'Uniform',
  V: 'Victor',
  W: 'Whiskey',
  X: 'X-ray',
  Y: 'Yankee',
  Z: 'Zulu',
  '0': 'zero',
  '1': 'one',
  '2': 'two',
  '3': 'three',
  '4': 'four',
  '5': 'five',
  '6': 'six',
  '7': 'seven',
  '8': 'eight',
  '9': 'nine',
};

export interface SpelledCharacter {
  readonly character: string;
  readonly word: string;
}

/** The groups of a receipt code between its dashes, each character with the word that names it. */
export function spellGroups(code: string): SpelledCharacter[][] {
  return code
    .split('-')
    .map((group) =>
      Array.from(group, (character) => ({ character, word: WORDS[character.toUpperCase()] ?? character })),
    );
}

/** For a screen reader: `Kilo, seven, Quebec, Foxtrot, two; nine, …`. */
export function spellOut(code: string): string {
  return spellGroups(code)
    .map((group) => group.map(({ word }) => word).join(', '))
    .join('; ');
}

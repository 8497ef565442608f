// A receipt code: ten characters of Crockford's base 32 and a check character, in groups: K7QF2-9DM4X-7.
// The alphabet has no I, L, O or U, so that nothing read out on the phone can be mistaken for something else.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

/**
 * A weighted sum modulo 31, by weights 2 to 11. 31 is prime, so every slip of one character (but one pair: 0 for Z, whose
 * values differ by 31) and every swap of two neighbours changes it. Crockford's own modulo 37 needs check characters such
 * as `*` and `~`, which nobody reads out reliably.
 */
function checkCharacter(characters: string): string {
  let sum = 0;
  for (let index = 0; index < LENGTH; index += 1) sum += ALPHABET.indexOf(characters.charAt(index)) * (index + 2);
  return ALPHABET.charAt(sum % 31);
}

function group(characters: string): string {
  return `${characters.slice(0, 5)}-${characters.slice(5)}-${checkCharacter(characters)}`;
}

/** From at least ten random bytes: five bits of each are used, so that all codes are equally likely. */
export function mintReceiptCode(random: Uint8Array): string {
  if (random.length < LENGTH) throw new RangeError('A receipt code takes ten random bytes.');
  return group(Array.from(random.subarray(0, LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join(''));
}

/**
 * The code as it is written, from what a person typed: lower case, O for 0, I or L for 1, any spaces and dashes or none.
 * Undefined where it is not one, or its check character says that something was misheard.
 */
export function parseReceiptCode(typed: string): string | undefined {
  if (typed.length > 100) return undefined;
  const characters = typed
    .toUpperCase()
    .replace(/[\s\u2010-\u2015._-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{11}$/.test(characters)) return undefined;
  const body = characters.slice(0, LENGTH);
  return checkCharacter(body) === characters.charAt(LENGTH) ? group(body) : undefined;
}

// A pairing code, as the customer reads it out: K7QF-2M4X. Seven characters of Crockford's base 32 (35 bits) and one to check them.
// The alphabet has no I, L, O or U, so that nothing read out can be mistaken for something else.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 7;

/** As receipt codes do it: a weighted sum modulo a prime finds every wrong character (but 0 for Z) and every swap of neighbours. */
function checkCharacter(characters: string): string {
  let sum = 0;
  for (let at = 0; at < LENGTH; at += 1) sum += ALPHABET.indexOf(characters.charAt(at)) * (at + 2);
  return ALPHABET.charAt(sum % 31);
}

/** From at least seven random bytes: five bits of each are used, so that all codes are equally likely. */
export function mintPairingCode(random: Uint8Array): string {
  if (random.length < LENGTH) throw new RangeError('A pairing code takes seven random bytes.');
  const characters = Array.from(random.subarray(0, LENGTH), (byte) => ALPHABET.charAt(byte & 31)).join('');
  return characters + checkCharacter(characters);
}

export function showPairingCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** The code from what a person typed. Undefined where it is none, so that no guess is spent on a slip. */
export function parsePairingCode(typed: string): string | undefined {
  if (typed.length > 100) return undefined;
  const code = typed
    .toUpperCase()
    .replace(/[\s\u2010-\u2015._-]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(code)) return undefined;
  return checkCharacter(code) === code.charAt(LENGTH) ? code : undefined;
}

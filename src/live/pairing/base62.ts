// Bytes as letters and digits: nothing that a chat program takes for a formatting, and a double click selects all of it. 5.95 bits a
// character, against 6 of base64.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** How many characters so many bytes take. */
export function base62Length(bytes: number): number {
  return Math.ceil((bytes * 8) / Math.log2(62));
}

export function toBase62(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let at = base62Length(bytes.length); at > 0; at -= 1) {
    text = ALPHABET.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
}

/** Undefined where it is not what `toBase62` writes for bytes of any length. */
export function fromBase62(text: string): Uint8Array<ArrayBuffer> | undefined {
  let value = 0n;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = value * 62n + BigInt(digit);
  }
  const bytes = new Uint8Array(Math.floor((text.length * Math.log2(62)) / 8));
  if (base62Length(bytes.length) !== text.length) return undefined;
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(value & 0xffn);
    value >>= 8n;
  }
  return value === 0n ? bytes : undefined;
}

/** A count up to 3,843 in two characters. */
export function countText(count: number): string {
  return ALPHABET.charAt(Math.floor(count / 62)) + ALPHABET.charAt(count % 62);
}

/** Undefined where the text does not begin with two letters or digits. */
export function readCount(text: string): number | undefined {
  const [high = -1, low = -1] = Array.from(text.slice(0, 2), (character) => ALPHABET.indexOf(character));
  return high < 0 || low < 0 ? undefined : high * 62 + low;
}

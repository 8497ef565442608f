// CRC-32 as zip, gzip and PNG use it (reflected polynomial 0xedb88320), four bytes a step through four tables
// ("slicing by four": each table is the one before, moved on by eight bits).
const TABLES = makeTables();

function makeTables(): Uint32Array {
  const tables = new Uint32Array(4 * 256);
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    tables[i] = c;
  }
  for (let i = 256; i < 1024; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/** CRC-32 of `bytes`; `previous` is the CRC-32 of what comes before them, so that a stream is taken piece by piece. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  // Every index is within bounds by construction; the casts only say so.
  const t = TABLES;
  const stepsEnd = bytes.length - (bytes.length % 4);
  let c = ~previous;
  let i = 0;
  for (; i < stepsEnd; i += 4) {
    c ^=
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    c =
      (t[768 + (c & 0xff)] as number) ^
      (t[512 + ((c >>> 8) & 0xff)] as number) ^
      (t[256 + ((c >>> 16) & 0xff)] as number) ^
      (t[c >>> 24] as number);
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ (t[(c ^ (bytes[i] as number)) & 0xff] as number);
  return ~c >>> 0;
}

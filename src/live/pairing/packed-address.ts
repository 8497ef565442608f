import type { Candidate } from '../../shared/protocol/live.js';
import type { ByteReader, ByteWriter } from './bytes.js';

// A candidate in 7 (IPv4) or 19 bytes: [u8: type, family][address][u16 port]. Its priority is made anew from its type.

const TYPES = ['host', 'srflx', 'relay'] as const;
const FAMILY_BYTES = { v4: 4, v6: 16, hidden: 16 } as const;
type Family = keyof typeof FAMILY_BYTES;
const FAMILIES = ['v4', 'v6', 'hidden'] as const;

/** RFC 8445, section 5.1.2.2. */
const TYPE_PREFERENCES = { host: 126, srflx: 100, relay: 2 } as const;

function familyOf(address: string): Family {
  if (address.endsWith('.local')) return 'hidden';
  return address.includes(':') ? 'v6' : 'v4';
}

export function packedBytes({ address }: Candidate): number {
  return 3 + FAMILY_BYTES[familyOf(address)];
}

/** Nothing is written for an address that cannot be packed: an IPv6 one with a zone. */
export function writeCandidate(writer: ByteWriter, { type, address, port }: Candidate): void {
  const family = familyOf(address);
  const bytes = addressBytes(family, address);
  if (bytes?.length !== FAMILY_BYTES[family]) return;
  writer.uint(TYPES.indexOf(type) * 4 + FAMILIES.indexOf(family), 1);
  writer.put(bytes).uint(port, 2);
}

/** Undefined for a type or family that this version does not know. `place`: among the candidates, the best one 0. */
export function readCandidate(reader: ByteReader, place: number): Candidate | undefined {
  const head = reader.uint(1);
  const type = TYPES[head >> 2];
  const family = FAMILIES[head & 3];
  if (type === undefined || family === undefined) return undefined;
  const address = addressText(family, reader.take(FAMILY_BYTES[family]));
  const port = reader.uint(2);
  if (port === 0) return undefined;
  return { type, address, port, priority: TYPE_PREFERENCES[type] * 2 ** 24 + (65_535 - place) * 2 ** 8 + 255 };
}

function addressBytes(family: Family, address: string): Uint8Array | undefined {
  if (family === 'v4') return Uint8Array.from(address.split('.'), Number);
  if (family === 'hidden') return hexBytes(address.slice(0, -'.local'.length).replaceAll('-', ''));
  // The URL parser knows every spelling, `::ffff:192.0.2.1` too, and writes the canonical one (RFC 5952).
  if (!URL.canParse(`http://[${address}]/`)) return undefined;
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  return hexBytes([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''));
}

function addressText(family: Family, bytes: Uint8Array): string {
  if (family === 'v4') return bytes.join('.');
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (family === 'hidden') return `${hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}.local`;
  return new URL(`http://[${hex.replace(/(.{4})(?=.)/g, '$1:')}]/`).hostname.slice(1, -1);
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

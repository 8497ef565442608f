import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { isNextProxy } from '../http/next-proxy.js';

/** Whose connection this is, for counting: an IPv4 address, or the /64 of an IPv6 one, which a single customer has all of. */
export function networkOf(request: IncomingMessage, isBehindProxy: boolean): string {
  const next = request.socket.remoteAddress ?? '';
  const forwarded = request.headers['x-forwarded-for'];
  // The last entry is the one that our own proxy wrote.
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
  return prefixOf(isBehindProxy && last !== undefined && isNextProxy(next, 0) ? last : next);
}

function prefixOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  // The URL parser writes every address in one way (RFC 5952).
  const [head = '', tail = ''] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, safe in a header, a URL's fragment and a cookie. */
export function mintSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What of a secret is kept. A plain hash suffices: there is no dictionary of 256 random bits. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Takes as long for a near miss as for a far one; by hashes, so that lengths do not matter either. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(given)), Buffer.from(hashSecret(expected)));
}

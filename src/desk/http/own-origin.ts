import type { FastifyRequest } from 'fastify';
import { DeskError } from '../errors.js';

export interface OwnOrigins {
  /** `Host` headers that are ours; undefined: any, since the certificate or the proxy has already checked the name. */
  readonly hosts: ReadonlySet<string> | undefined;
  /** Origins whose pages may call; undefined: the one that the request itself came to. */
  readonly origins: ReadonlySet<string> | undefined;
  readonly isSecure: boolean;
}

/** What a desk answers to. On loopback exactly its own names, so that no other name can be pointed at it (DNS rebinding). */
export function ownOrigins(options: {
  readonly port: number;
  readonly isLoopback: boolean;
  readonly isSecure: boolean;
  readonly publicOrigin: string | undefined;
}): OwnOrigins {
  const { port, isSecure, publicOrigin } = options;
  const local = ['127.0.0.1', 'localhost', '[::1]'].map(
    (name) => new URL(`${isSecure ? 'https' : 'http'}://${name}:${port}`),
  );
  const known = [...(options.isLoopback ? local : []), ...(publicOrigin === undefined ? [] : [new URL(publicOrigin)])];
  if (known.length === 0) return { hosts: undefined, origins: undefined, isSecure };
  return {
    hosts: new Set(known.map((url) => url.host)),
    origins: new Set(known.map((url) => url.origin)),
    isSecure,
  };
}

/** Throws `wrong-host` for a request that came by a name which is not ours. */
export function checkHost(request: FastifyRequest, own: OwnOrigins): void {
  if (own.hosts !== undefined && !own.hosts.has(request.host.toLowerCase())) throw new DeskError('wrong-host');
}

/**
 * Throws `wrong-origin` for a call that a page of another origin makes. Cookies are shared by all ports of a host, and the
 * app that is recorded is on another port of this one, so SameSite does not tell them apart: Origin and Sec-Fetch-Site do.
 */
export function checkCaller(request: FastifyRequest, own: OwnOrigins): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  // `none`: the person typed the address or opened a bookmark.
  const isOwnSite = site === undefined || site === 'same-origin' || (isRead && site === 'none');
  if (!isOwnSite) throw new DeskError('wrong-origin');
  if (origin === undefined) return; // Not a browser, or a read of our own page.
  if (!isOwnOrigin(origin, request, own)) throw new DeskError('wrong-origin');
}

/** Whether this is an origin by which the request can have reached the desk. */
export function isOwnOrigin(origin: string, request: FastifyRequest, own: OwnOrigins): boolean {
  return own.origins?.has(origin) ?? origin === `${own.isSecure ? 'https' : 'http'}://${request.host}`;
}

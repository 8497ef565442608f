import type { IncomingMessage, Server } from 'node:http';
import { Server as TlsServer } from 'node:tls';

/** The names under which a browser on this computer reaches a port of it. */
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** The origins of a server that listens on this computer; none before it listens, or where it listens on a pipe. */
export function originsOf(server: Server): string[] {
  const address = server.address();
  if (address === null || typeof address === 'string') return [];
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return LOOPBACK_NAMES.map((name) => new URL(`${scheme}://${name}:${address.port}`).origin);
}

/**
 * Why a request is none of ours; undefined where it may go on. Together: it comes from this computer; its Host is one of our own names,
 * so that a foreign name that was made to point here (DNS rebinding) ends here; it was made by a page of our own origin.
 */
export function problemOf(request: IncomingMessage, origins: readonly string[]): string | undefined {
  return hostProblemOf(request, origins) ?? originProblemOf(request);
}

/** For what a browser asks without an Origin: documents and their files. */
export function hostProblemOf(request: IncomingMessage, origins: readonly string[]): string | undefined {
  if (!isLoopbackAddress(request.socket.remoteAddress)) return 'not from this computer';
  const { host } = request.headers;
  if (host === undefined || !origins.some((origin) => new URL(origin).host === host))
    return 'not a name of this server';
  return undefined;
}

function originProblemOf({ headers }: IncomingMessage): string | undefined {
  const { origin, host } = headers;
  // Every browser sends Origin with a POST and with a WebSocket; `null` is a sandbox or a file.
  if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host) return 'not from our own origin';
  if (new URL(origin).origin !== origin) return 'not an origin';
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' ? undefined : 'not from our own origin';
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);
}

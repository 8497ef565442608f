import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { S3Options } from '../store/s3/s3-client.js';
import type { DestinationStream } from './log.js';
import { DeskError } from './errors.js';
import type { RateLimits } from './limits.js';
import type { IceOptions } from './signaling/turn.js';

export const DEFAULT_DESK_PORT = 4310;

export interface DeskOptions {
  /** Where the desk keeps all it has, but for what is in `s3`; made where it is missing. One desk at a time. */
  readonly dataDir: string;
  /** Where the reports are. Default: the folder `dataDir/store`. */
  readonly s3?: S3Options;
  /** The viewer as built: a folder with Vite's `.vite/manifest.json`. Where it is missing, the desk serves its API alone. */
  readonly viewerDir: string;
  /** Default 127.0.0.1. Beyond loopback only with `tls` or `behindTlsProxy`. */
  readonly host?: string;
  /** Default 4310; 0: any free one. */
  readonly port?: number;
  /** Where the port is taken: fail instead of taking the next free one. */
  readonly pinned?: boolean;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** A proxy in front does TLS and sets `X-Forwarded-For`; the way between it and the desk is private. */
  readonly behindTlsProxy?: boolean;
  /** The origin that people open, where it is not what the desk listens on: `https://desk.example.org`. */
  readonly publicUrl?: string;
  /** What technicians sign in with. Default: minted into `dataDir/token` at the first start. */
  readonly token?: string;
  /** What customers' apps must present to get an upload ticket. Default: nothing. */
  readonly ingestKey?: string;
  /** The signed list of technicians; read again when it is replaced. Default: `dataDir/technicians.json`. */
  readonly techniciansFile?: string;
  /** Servers that help live sessions to find a way; default: none, so that only the same network works. */
  readonly ice?: IceOptions;
  readonly rateLimits?: Partial<RateLimits>;
  /** JSON lines of the desk's log; default: none are written. */
  readonly log?: { readonly level: string; readonly stream: DestinationStream };
}

/** Loopback by its address, never by a name that a resolver could point elsewhere. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** What `listen` gets: `localhost` can mean two addresses, and a hosts file can change it. */
export function listenAddress(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

/** Throws `tls-required` where plain HTTP would leave this machine without somebody having said that a proxy does TLS. */
export function checkExposure(options: Pick<DeskOptions, 'host' | 'tls' | 'behindTlsProxy'>): void {
  if (isLoopback(options.host ?? '127.0.0.1')) return;
  if (options.tls === undefined && options.behindTlsProxy !== true) throw new DeskError('tls-required');
}

/** Throws `public-url-invalid` unless this is an origin that technicians can open safely. */
export function publicOrigin(publicUrl: string): string {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  const plain = url?.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url === undefined || (url.protocol !== 'https:' && !plain) || url.href !== `${url.origin}/`) {
    throw new DeskError('public-url-invalid');
  }
  return url.origin;
}

/** A secret that a person chose must not be guessable in the time that the rate limit leaves. */
export function checkSecret(secret: string | undefined): void {
  if (secret !== undefined && !/^[\w.~+/=-]{16,200}$/.test(secret)) throw new DeskError('token-weak');
}

export async function readTls(tls: NonNullable<DeskOptions['tls']>): Promise<{ cert: Buffer; key: Buffer }> {
  try {
    const [cert, key] = await Promise.all([readFile(tls.certFile), readFile(tls.keyFile)]);
    createSecureContext({ cert, key }); // Throws where they are damaged or do not belong together.
    return { cert, key };
  } catch (error) {
    throw new DeskError('tls-unreadable', { cause: error });
  }
}

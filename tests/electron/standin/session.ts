import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Protocol, Session } from 'electron';
import type { Browser, BrowserContext } from 'playwright-core';
import { app } from './app.js';
import { fromWeb } from './origins.js';
import { note, state } from './state.js';
import { strict } from './strict.js';

type Handler = Parameters<Protocol['handle']>[1];
type RequestHandler = Parameters<Session['setPermissionRequestHandler']>[0];
type DisplayMediaHandler = Parameters<Session['setDisplayMediaRequestHandler']>[0];
type CheckHandler = Parameters<Session['setPermissionCheckHandler']>[0];

/**
 * One of Electron's sessions: a browser context, and a port under which its schemes are served. The default one is on the disk, and has
 * its port again when the app is started anew: what its pages keep belongs to an origin with that port.
 */
export class StandInSession {
  readonly partition: string;
  readonly handlers = new Map<string, Handler>();
  readonly electron: Session;
  request: RequestHandler = null;
  check: CheckHandler = null;
  displayMedia: DisplayMediaHandler = null;
  /** What it is filled with is Chromium's to know: that it is asked for and emptied is what can be seen here. */
  #cacheBytes = 4096;
  #opened: Promise<{ context: BrowserContext; port: number }> | undefined;

  constructor(partition: string) {
    this.partition = partition;
    this.electron = strict<Session>(`session(${partition})`, {
      protocol: strict<Protocol>('protocol', {
        handle: (scheme, handler) => {
          if (!state.schemes.includes(scheme)) throw new Error(`stand-in: ${scheme} is not registered as privileged`);
          if (this.handlers.has(scheme)) throw new Error(`The scheme ${scheme} is handled already`);
          this.handlers.set(scheme, handler);
        },
        isProtocolHandled: (scheme) => this.handlers.has(scheme),
      }),
      setPermissionRequestHandler: (handler) => {
        this.request = handler;
      },
      setPermissionCheckHandler: (handler) => {
        this.check = handler;
      },
      getCacheSize: () => Promise.resolve(this.#cacheBytes),
      clearCache: () => {
        this.#cacheBytes = 0;
        note('session.clearCache', partition);
        return Promise.resolve();
      },
      setDevicePermissionHandler: () => undefined,
      setDisplayMediaRequestHandler: (handler) => {
        this.displayMedia = handler;
      },
    });
  }

  open(browser: Browser): Promise<{ context: BrowserContext; port: number }> {
    this.#opened ??= this.#open(browser);
    return this.#opened;
  }

  async #open(browser: Browser): Promise<{ context: BrowserContext; port: number }> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        console.error('stand-in: a scheme’s handler failed', error);
        response.destroy();
      });
    });
    const isKept = this.partition === '';
    const portFile = join(app.getPath('userData'), 'port-of-the-stand-in');
    const before = isKept && existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : 0;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(before, '127.0.0.1', resolve);
    });
    server.unref();
    const { port } = server.address() as AddressInfo;
    if (isKept) writeFileSync(portFile, String(port));
    const kept = isKept ? browser.contexts()[0] : undefined;
    return { context: kept ?? (await browser.newContext({ viewport: null })), port };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = fromWeb(`http://${request.headers.host ?? ''}${request.url ?? ''}`);
    const handler = this.handlers.get(url.split(':', 1)[0] ?? '');
    if (handler === undefined) {
      response.destroy(); // As an unknown scheme: nothing loads.
      return;
    }
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const { method = 'GET' } = request;
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string' && name !== 'host' && name !== 'connection') headers.set(name, value);
    }
    const body = pieces.length > 0 ? { body: Buffer.concat(pieces) } : {};
    const answer = await handler(new Request(url, { method, headers, ...body }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

const sessions = new Map<string, StandInSession>();

export function sessionOf(partition: string): StandInSession {
  if (!state.isReady) throw new Error('Session can only be received when app is ready');
  const known = sessions.get(partition);
  if (known !== undefined) return known;
  const made = new StandInSession(partition);
  sessions.set(partition, made);
  return made;
}

/** Of what the app was given. */
export function standInOf(electron: Session | undefined): StandInSession {
  const found = [...sessions.values()].find((session) => session.electron === electron);
  return found ?? sessionOf('');
}

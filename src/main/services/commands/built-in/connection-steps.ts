import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';

// One step of a connection each, with nothing remembered between two checks: no cached name, no connection kept open, no session
// resumed. Each rejects with what the system says; what that means is for words.

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export async function resolveName(host: string, signal: AbortSignal): Promise<Address[]> {
  const bare = host.replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  if (family !== 0) return [{ address: bare, family: family === 4 ? 4 : 6 }];
  // The system's own resolver, hosts file included: what the app's requests use. It cannot be told to stop, only left alone.
  const found = await withSignal(lookup(host, { all: true, verbatim: true }), signal);
  return found.map(({ address, family: version }) => ({ address, family: version === 4 ? 4 : 6 }));
}

export async function connectTcp({ address }: Address, port: number, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: address, port });
  return await opened(socket, 'connect', signal);
}

export interface TlsFacts {
  readonly socket: TLSSocket;
  readonly protocol: string;
  readonly cipher: string;
  readonly subject: string;
  readonly issuer: string;
  readonly validUntil: string;
  /** Why the certificate is not trusted; undefined where it is. */
  readonly problem: string | undefined;
}

/** Goes on where the certificate is not trusted, to tell whose it is: nothing is sent over such a connection. */
export async function startTls(
  tcp: Socket,
  host: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<TlsFacts> {
  const bare = host.replace(/^\[|\]$/g, '');
  const socket = connectTls({
    socket: tcp,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
    host: bare,
    ...(ca === undefined ? {} : { ca }),
    ...(isIP(bare) === 0 ? { servername: bare } : {}),
  });
  await opened(socket, 'secureConnect', signal);
  const certificate = socket.getPeerCertificate();
  return {
    socket,
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    validUntil: certificate.valid_to,
    problem: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

export interface HttpFacts {
  readonly status: number;
  readonly statusText: string;
  readonly server: string | undefined;
  /** Where it sends people on: not followed. */
  readonly location: string | undefined;
}

/** Asks for the URL's head over a connection that stands. No cookie, no credential, no body. */
export async function askHttp(url: URL, socket: Socket, signal: AbortSignal): Promise<HttpFacts> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        // The socket is the connection, encrypted or not: this side only writes the request.
        createConnection: () => socket,
        method: 'HEAD',
        host: url.hostname,
        path: `${url.pathname}${url.search}`,
        headers: { Host: url.host, Accept: '*/*', Connection: 'close' },
        signal,
      },
      (response) => {
        const { location, server } = response.headers;
        resolve({
          status: response.statusCode ?? 0,
          statusText: response.statusMessage ?? '',
          server: typeof server === 'string' ? server : undefined,
          location,
        });
        response.resume();
        request.destroy();
      },
    );
    request.on('error', (error) => {
      reject(abortReason(signal) ?? error);
    });
    request.end();
  });
}

/** Opens a WebSocket over a connection that stands; resolves when the other side has agreed. */
export async function openWebSocket(url: URL, socket: Socket, signal: AbortSignal): Promise<WebSocket> {
  return await new Promise((resolve, reject) => {
    const plain = new URL(url);
    plain.protocol = 'ws:';
    const channel = new WebSocket(plain, {
      createConnection: () => socket,
      headers: { Host: url.host },
      perMessageDeflate: false,
      maxPayload: 64 * 1024,
      followRedirects: false,
    });
    const onAbort = (): void => {
      channel.terminate();
      reject(abortReason(signal) ?? new Error('aborted'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    channel.once('open', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(channel);
    });
    channel.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(abortReason(signal) ?? error);
    });
  });
}

/** Resolves when the other side answers a ping; a server that never does breaks the protocol, but some do. */
export async function pingWebSocket(channel: WebSocket, signal: AbortSignal): Promise<void> {
  await withSignal(
    new Promise<void>((resolve, reject) => {
      channel.once('pong', () => {
        resolve();
      });
      channel.once('close', (code) => {
        reject(new Error(`The server closed the WebSocket with code ${code}.`));
      });
      channel.ping();
    }),
    signal,
  );
}

async function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<S> {
  return await new Promise((resolve, reject) => {
    const onAbort = (): void => {
      socket.destroy();
      reject(abortReason(signal) ?? new Error('aborted'));
    };
    const onError = (error: Error): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      reject(error);
    };
    const onClose = (): void => {
      onError(new Error('The other side closed the connection.'));
    };
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(event, () => {
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      socket.off('error', onError);
      // What comes later is for who uses the connection; without any listener it would end the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

async function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      reject(abortReason(signal) ?? new Error('aborted'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined); // Left alone where it came too late.
  }
}

function abortReason(signal: AbortSignal): Error | undefined {
  return signal.aborted && signal.reason instanceof Error ? signal.reason : undefined;
}

/** An empty certificate (a server that sent none) has neither. */
type Name = string | readonly string[] | undefined;

function nameOf(holder: { readonly CN?: Name; readonly O?: Name } | undefined): string {
  const name = holder?.CN ?? holder?.O ?? 'nobody';
  return typeof name === 'string' ? name : name.join(', ');
}

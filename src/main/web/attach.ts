import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface Attachment {
  /** `path` is the request's path behind the base path, without its query: `/recorder/hello`. */
  request(path: string, request: IncomingMessage, response: ServerResponse): void;
  upgrade(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Stands in front of all listeners of the app's server, those added later too, and takes what is under the base path;
 * the app sees everything else, and nothing of ours. Every answer of the app's gets `Origin-Agent-Cluster`, without which the
 * panel (same site, other port) would share the page's thread and freeze with it. Returns the function that steps aside.
 */
export function attach(server: Server, basePath: string, attachment: Attachment): () => void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back as it was, only ever called on its server
  const own = server.emit;
  const emit = own.bind(server) as (event: string | symbol, ...values: unknown[]) => boolean;
  const ours = (request: IncomingMessage): string | undefined => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : undefined;
  };
  let isActive = true;
  const wrapped = (event: string | symbol, ...values: unknown[]): boolean => {
    if (!isActive) return emit(event, ...values);
    if (event === 'request' || event === 'checkContinue') {
      const [request, response] = values as [IncomingMessage, ServerResponse];
      const path = ours(request);
      if (path !== undefined) {
        if (event === 'checkContinue') response.writeContinue();
        attachment.request(path, request, response);
        return true;
      }
      response.setHeader('Origin-Agent-Cluster', '?1');
    } else if (event === 'upgrade') {
      const [request, socket, head] = values as [IncomingMessage, Duplex, Buffer];
      const path = ours(request);
      if (path !== undefined) {
        attachment.upgrade(path, request, socket, head);
        return true;
      }
    }
    return emit(event, ...values);
  };
  server.emit = wrapped;
  // Without any listener Node gives an upgrade to nobody: ours must be heard of.
  const onUpgrade = (request: IncomingMessage, socket: Duplex): void => {
    if (server.listenerCount('upgrade') === 1 && socket instanceof Socket) answerPlainly(request, socket, emit);
  };
  server.on('upgrade', onUpgrade);
  return () => {
    server.off('upgrade', onUpgrade);
    // Somebody wrapped it after us: theirs stays, and ours passes everything on.
    isActive = false;
    if (server.emit === wrapped) server.emit = own;
  };
}

/** An app that takes no upgrades answers such a request as any other, as it did before we listened (`Upgrade: h2c`, say). */
function answerPlainly(
  request: IncomingMessage,
  socket: Socket,
  emit: (event: string, ...values: unknown[]) => boolean,
): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => {
    socket.end();
  });
  emit('request', request, response);
}

import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How often a server that closes looks for connections that have become quiet. */
const LOOK_MS = 25;

/**
 * Connections over which nothing is asked. Node ends those once, when a server begins to close; those that become quiet later,
 * when their answer is out, it leaves until their keep-alive ends, and those that have never asked anything it takes for busy.
 * Clients that wait for letters have both: they ask again as soon as they are answered.
 */
export class QuietConnections {
  readonly #server: Server;
  /** Those that have not asked anything yet, by the peer's address: a request of a TLS server names another socket. */
  readonly #silent = new Map<string, Socket>();
  #looking: NodeJS.Timeout | undefined;

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#silent.set(peer, socket);
      socket.once('close', () => {
        // Another one may come from there since.
        if (this.#silent.get(peer) === socket) this.#silent.delete(peer);
      });
    });
    for (const asked of ['request', 'upgrade']) {
      server.prependListener(asked, ({ socket }: { socket: Socket }) => this.#silent.delete(peerOf(socket)));
    }
  }

  /** From now on each ends as soon as it is quiet. */
  end(): void {
    this.#looking ??= setInterval(() => {
      this.#endNow();
    }, LOOK_MS);
    this.#endNow();
  }

  /** The server has closed. */
  stop(): void {
    clearInterval(this.#looking);
  }

  #endNow(): void {
    this.#server.closeIdleConnections();
    for (const socket of this.#silent.values()) socket.destroy();
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress ?? ''} ${String(remotePort)}`;
}

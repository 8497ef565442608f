import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between two parties, by TCP: it can be cut, stall, and it counts what is sent through it. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #targetPort: number;
  #isStalled = false;
  #sentBytes = 0;
  #onSent: ((sentBytes: number) => void) | undefined;
  #holdAt: { readonly text: string; readonly held: () => void } | undefined;

  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
    this.#server = createServer((socket) => {
      this.#connect(socket);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Bytes that went to the other party, headers among them. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Where it leads from the next connection on. */
  lead(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  onSent(listener: ((sentBytes: number) => void) | undefined): void {
    this.#onSent = listener;
  }

  /** Every connection is gone at once, as when a cable is pulled. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing moves, and nobody is told. */
  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    for (const socket of this.#sockets) {
      if (isStalled) socket.pause();
      else socket.resume();
    }
  }

  /** Nothing moves from when this is sent; resolves then. `stall(false)` ends it. */
  holdAt(text: string): Promise<void> {
    return new Promise((held) => {
      this.#holdAt = { text, held };
    });
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(near: Socket): void {
    const far = connect(this.#targetPort, '127.0.0.1');
    near.on('data', (data) => {
      this.#sentBytes += data.length;
      this.#onSent?.(this.#sentBytes);
      if (this.#holdAt === undefined || !data.includes(this.#holdAt.text)) return;
      this.stall(true);
      this.#holdAt.held();
      this.#holdAt = undefined;
    });
    this.#join(near, far);
    this.#join(far, near);
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('data', (data) => {
      if (to.write(data) || this.#isStalled) return;
      from.pause();
      to.once('drain', () => {
        if (!this.#isStalled) from.resume();
      });
    });
    from.on('end', () => to.end());
    // What becomes of a connection is told by its end.
    from.on('error', () => undefined);
    from.once('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isStalled) from.pause();
  }
}

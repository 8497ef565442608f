import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MAX_PANEL_REQUEST_BYTES, panelContract, type PanelContract } from '../../shared/protocol/host.js';
import { PANEL_DOCUMENT } from '../../shared/serve/panel-documents.js';
import type { Host } from '../services/host.js';
import type { PanelCaller } from '../services/panel-caller.js';
import { serveCall, type ContractRoute } from './contract-route.js';
import { EventSockets } from './event-sockets.js';
import { refuse } from './frame-http.js';
import { PanelCapabilities } from './panel-capabilities.js';
import { PanelDocuments } from './panel-documents.js';
import { hostProblemOf, originsOf, problemOf } from './site.js';

export interface PanelServerOptions {
  readonly documentDir: string;
  readonly embedders: () => readonly string[];
}

const PORTS_TRIED = 20;
const EVENTS = '/panel/events';

/** The panel's own origin: a server of its own on a loopback port of its own. */
export class PanelServer {
  readonly #server: Server;
  readonly #documents: PanelDocuments;
  readonly #sockets: EventSockets<PanelContract>;
  readonly #route: ContractRoute<PanelContract, PanelCaller>;

  constructor(host: Host, options: PanelServerOptions) {
    const capabilities = new PanelCapabilities();
    this.#documents = new PanelDocuments({
      folder: options.documentDir,
      embedders: options.embedders,
      mintCapability: () => capabilities.mint(),
    });
    const keyOf = (capability: string): string | undefined => capabilities.keyOf(capability);
    this.#sockets = new EventSockets(host.panels, keyOf);
    this.#route = {
      contract: panelContract,
      handlers: host.panel,
      authorise: (_method, capability) => {
        const panel = capability === undefined ? undefined : keyOf(capability);
        return panel === undefined ? undefined : { panel };
      },
      maxBytes: () => MAX_PANEL_REQUEST_BYTES,
    };
    this.#server = createServer((request, response) => {
      this.#request(request, response).catch(() => {
        response.destroy();
      });
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
  }

  async listen(port: number | undefined): Promise<void> {
    for (let tried = 0; port !== undefined && port > 0 && tried < PORTS_TRIED; tried += 1) {
      if (await this.#tryPort(port + tried)) return;
    }
    if (!(await this.#tryPort(0))) throw new Error('No loopback port is free for the panel.');
  }

  get url(): string {
    return new URL(PANEL_DOCUMENT, this.#origins()[0]).href;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
    this.#server.closeAllConnections();
    await closed;
  }

  /** Only by its number: another program may own `localhost` of the same port on the other IP version. */
  #origins(): string[] {
    return originsOf(this.#server).slice(0, 1);
  }

  async #tryPort(port: number): Promise<boolean> {
    return await new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
        else reject(error);
      };
      this.#server.once('error', onError);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', onError);
        resolve(true);
      });
    });
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (!path.startsWith('/panel/')) {
      if (hostProblemOf(request, this.#origins()) !== undefined) refuse(response, 403);
      else await this.#documents.serve(request, response);
    } else if (request.method !== 'POST') {
      refuse(response, 405);
    } else if (problemOf(request, this.#origins()) !== undefined) {
      refuse(response, 403);
    } else {
      await serveCall(this.#route, path.slice('/panel/'.length), request, response);
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.url === EVENTS && problemOf(request, this.#origins()) === undefined) {
      this.#sockets.accept(request, socket, head);
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    }
  }
}

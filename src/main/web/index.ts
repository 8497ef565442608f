import type { Server } from 'node:http';
import { resolve } from 'node:path';
import { maxRecorderRequestBytes, recorderContract } from '../../shared/protocol/host.js';
import type { LogLevel } from '../../shared/session/lane.js';
import type { AppLane } from '../../shared/session/own-lanes.js';
import { builtFolder } from '../services/built-folder.js';
import type { CommandsOptions } from '../services/commands/host-commands.js';
import { startHost } from '../services/host.js';
import type { RecorderCaller } from '../services/recorder-handlers.js';
import { attach } from './attach.js';
import { serveCall, type ContractRoute } from './contract-route.js';
import { EventSockets } from './event-sockets.js';
import { refuse } from './frame-http.js';
import { PanelServer } from './panel-server.js';
import { originsOf, problemOf } from './site.js';
import type { IceServer } from '../../shared/protocol/live-ice.js';

export interface WebHostOptions {
  /** The app's own server, listening or not yet. The recorder answers under `basePath` on it; everything else stays the app's. */
  readonly server: Server;
  readonly app: { readonly name: string; readonly version: string };
  /** Where the session, the host's lanes, drafts and the outbox are kept. One running host a folder. */
  readonly dataDir: string;
  /** Where reports go: https, or this computer. Without it they are kept, and can be saved to a file. */
  readonly desk?: { readonly url: string; readonly key?: string };
  /** Default `/__fluxrec`. The recorder in the page must be told the same. */
  readonly basePath?: string;
  readonly panel?: {
    /** A preferred loopback port of the panel; where it is taken, one of the next. Default: any. */
    readonly port?: number | undefined;
    /** Where the panel's document was built to. Default: beside the code. */
    readonly documentDir?: string;
  };
  /** How much of the past is kept. Defaults: ten minutes, 200 MB. */
  readonly settings?: { readonly maxAgeMs?: number; readonly maxBytes?: number };
  /** Keys of the organisations whose technicians may propose commands (`fluxrec keys new-root`). Default: nobody may. */
  readonly rootKeys?: readonly string[];
  /** STUN and TURN servers for live sessions, beside those that the desk names. Default: none. */
  readonly iceServers?: readonly IceServer[];
  /** What support may propose: the app's own commands, its caches, its servers. See docs/commands.md. */
  readonly commands?: CommandsOptions;
  /** Whether the process's console is recorded. Default: true. */
  readonly captureConsole?: boolean;
}

export interface WebHost {
  readonly session: { readonly id: string; readonly startedMs: number };
  readonly panelUrl: string;
  setPaused(paused: boolean): Promise<void>;
  /** Erases what was recorded; resolves when every open window has. */
  wipe(): Promise<{ windows: number; failed: number }>;
  /** The app's own logger, when it does not write to the console. */
  log(level: LogLevel, message: string, ...values: unknown[]): void;
  /** `log` under another name than the app's: for the transport of a logging library. */
  logger(name: string): (level: LogLevel, message: string, ...values: unknown[]) => void;
  /** A lane of the app's own; its name is as in the page (`Recorder.lane`). */
  lane(name: string): AppLane;
  /** Gives everything back: the server, the console, the folder. What the outbox has not delivered goes on at the next start. */
  close(): Promise<void>;
}

/**
 * Starts the recorder's half that lives in the customer's host process, for an app that runs in a browser. One call,
 * beside the app's own server. Rejects with a FluxionError: `data-dir-in-use`, `desk-url`, a mistake in `commands`, or a disk
 * that cannot be written.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const { server, app, dataDir, desk, basePath = '/__fluxrec', settings } = options;
  const host = await startHost({
    app,
    dataDir: resolve(dataDir),
    desk,
    settings,
    captureConsole: options.captureConsole,
    rootKeys: options.rootKeys,
    iceServers: options.iceServers,
    commands: options.commands,
    openPanel: (view) => Promise.resolve({ embedUrl: `${panel.url}#${view}` }),
  });
  const appOrigins = (): string[] => originsOf(server);
  const panel = new PanelServer(host, {
    documentDir: options.panel?.documentDir ?? builtFolder('renderer'),
    embedders: appOrigins,
  });
  try {
    await panel.listen(options.panel?.port);
  } catch (error) {
    await host.close();
    throw error;
  }

  const sockets = new EventSockets(host.windows, (capability) => host.sourceOf(capability));
  const route: ContractRoute<typeof recorderContract, RecorderCaller> = {
    contract: recorderContract,
    handlers: host.recorder,
    authorise: (method, capability) => {
      if (method === 'hello') return { source: undefined };
      const source = capability === undefined ? undefined : host.sourceOf(capability);
      return source === undefined ? undefined : { source };
    },
    maxBytes: maxRecorderRequestBytes,
  };
  const detach = attach(server, basePath, {
    request(path, request, response) {
      const method = /^\/recorder\/(\w+)$/.exec(path)?.[1];
      if (problemOf(request, appOrigins()) !== undefined) refuse(response, 403);
      else if (method === undefined) refuse(response, 404);
      else if (request.method !== 'POST') refuse(response, 405);
      else {
        serveCall(route, method, request, response).catch(() => {
          response.destroy();
        });
      }
    },
    upgrade(path, request, socket, head) {
      if (path === '/recorder/events' && problemOf(request, appOrigins()) === undefined) {
        sockets.accept(request, socket, head);
      } else {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      }
    },
  });

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    detach();
    sockets.close();
    await panel.close();
    await host.close();
  }

  return {
    session: { id: host.session.id, startedMs: host.session.startedMs },
    panelUrl: panel.url,
    setPaused: (paused) => host.setPaused(paused),
    wipe: () => host.wipe(),
    log(level, message, ...values) {
      host.log(level, app.name, [message, ...values]);
    },
    logger:
      (name) =>
      (level, message, ...values) => {
        host.log(level, name, [message, ...values]);
      },
    lane: (name) => host.lane(name),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

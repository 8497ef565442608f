import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { IpcMainInvokeEvent } from 'electron';
import type { LogLevel } from '../../shared/session/lane.js';
import type { AppLane } from '../../shared/session/own-lanes.js';
import { toErrorResult } from '../../shared/errors.js';
import { builtFolder } from '../services/built-folder.js';
import type { CommandsOptions } from '../services/commands/host-commands.js';
import { nodeFileSystem } from '../services/durable-file.js';
import { startHost, type Host } from '../services/host.js';
import type { IceServer } from '../../shared/protocol/live-ice.js';
import type { PanelView } from '../services/recorder-handlers.js';
import { electronCommands } from './app-commands.js';
import { watchLock } from './lock-watch.js';
import { keepCrashDumps } from './crash-reporting.js';
import { electronDeskFetch } from './desk-fetch.js';
import { displayMediaFor, type DisplayMediaRequest } from './display-media.js';
import { electronModule, runtimeName } from './electron-module.js';
import { ElectronHostError } from './errors.js';
import { PanelWindow } from './panel-window.js';
import { watchProcesses } from './process-watch.js';
import { openRecorderChannel } from './recorder-channel.js';
import type { FrameLike } from './senders.js';
import { SafeStorageSecrets } from './safe-storage-secrets.js';
import { ensureSchemes } from './schemes.js';

export interface ElectronHostOptions {
  /** Of the app's own pages, the ones that may record: `myapp://main`, `file://`, `http://localhost:5173`. */
  readonly origins: readonly string[];
  /** Default: the app's name and version as Electron knows them. */
  readonly app?: { readonly name: string; readonly version: string };
  /** Where the session, the host's lanes, drafts, dumps and the outbox are kept. Default: a folder in `userData`. */
  readonly dataDir?: string;
  /** Where reports go: https, or this computer. Without it they are kept, and can be saved to a file. */
  readonly desk?: { readonly url: string; readonly key?: string };
  /** Keys of the organisations whose technicians may propose commands (`fluxrec keys new-root`). Default: nobody may. */
  readonly rootKeys?: readonly string[];
  /** STUN and TURN servers for live sessions, beside those that the desk names. Default: none. */
  readonly iceServers?: readonly IceServer[];
  /** What support may propose: the app's own commands, its servers. `restart` and the web cache are there by themselves. See docs/commands.md. */
  readonly commands?: CommandsOptions;
  /** How much of the past is kept. Defaults: ten minutes, 200 MB. */
  readonly settings?: { readonly maxAgeMs?: number; readonly maxBytes?: number };
  /** Whether the process's console is recorded. Default: true. */
  readonly captureConsole?: boolean;
  /** False where the app starts Electron's crash reporter itself. Default: dumps are kept in `dataDir`, and never uploaded. */
  readonly crashDumps?: boolean;
  /**
   * False where the app answers `getDisplayMedia` itself, or in another session than the default one: it asks `displayMediaFor` first.
   * Default: in the default session a page of `origins` gets the picture of its own window, and nobody anything else.
   */
  readonly displayMedia?: boolean;
  readonly panel?: {
    /** Where the panel's document was built to. Default: beside the code. */
    readonly documentDir?: string;
    /** The panel's own preload script. Default: beside the code. */
    readonly preload?: string;
  };
}

export interface ElectronHost {
  /** Resolves when the session is open; windows need not wait for it. Rejects as `startWebHost` does; the app goes on without. */
  readonly ready: Promise<{ readonly session: { readonly id: string; readonly startedMs: number } }>;
  /** False until it is `ready`. */
  readonly paused: boolean;
  /** Called after each change of `paused`, and now and then without one. */
  onChange(listener: () => void): void;
  /** Shows the panel's window. It resolves when the panel is there, or a message that says why not. */
  openPanel(view?: PanelView): Promise<void>;
  setPaused(paused: boolean): Promise<void>;
  /** Erases what was recorded; resolves when every open window has. */
  wipe(): Promise<{ windows: number; failed: number }>;
  /** For an app with a display media handler of its own: what to answer to the recorder's request, or null where it is not one. */
  displayMediaFor<F extends FrameLike>(request: DisplayMediaRequest<F>): { video: F } | null;
  /** The app's own logger, when it does not write to the console. */
  log(level: LogLevel, message: string, ...values: unknown[]): void;
  /** `log` under another name than the app's: for the transport of a logging library. */
  logger(name: string): (level: LogLevel, message: string, ...values: unknown[]) => void;
  /** A lane of the app's own; its name is as in the page (`Recorder.lane`). What comes before it is `ready` is not kept. */
  lane(name: string): AppLane;
  /** Gives everything back. An app that quits need not call it. */
  close(): Promise<void>;
}

const PANEL_PRELOAD = 'fluxrec-panel.cjs';
/** Origins that were refused and are told of: a developer reads the first one. */
const MAX_REFUSALS_TOLD = 5;

/**
 * Starts the recorder's half that lives in Electron's main process. One call, before the app's `ready` event; it returns at
 * once. Throws a FluxionError where it is called too late or not in Electron; everything else is told by `ready`.
 */
export function startElectronHost(options: ElectronHostOptions): ElectronHost {
  const electron = electronModule();
  const { app, dialog, ipcMain } = electron;
  if (app.isReady()) throw new ElectronHostError('electron-ready');
  ensureSchemes(electron);
  const about = options.app ?? { name: app.getName(), version: app.getVersion() };
  const dataDir = resolve(options.dataDir ?? join(app.getPath('userData'), 'fluxion-recorder'));
  const run = randomUUID();
  if (options.crashDumps !== false) keepCrashDumps(electron, join(dataDir, 'crashes'), run);

  const panel = new PanelWindow({
    electron,
    documentDir: options.panel?.documentDir ?? builtFolder('renderer'),
    preload: options.panel?.preload ?? join(builtFolder('preload'), PANEL_PRELOAD),
  });
  const started: Promise<Host> = startHost({
    app: about,
    dataDir,
    desk: options.desk,
    fetch: electronDeskFetch(electron),
    settings: options.settings,
    secrets: new SafeStorageSecrets({
      store: electron.safeStorage,
      whenReady: () => app.whenReady(),
      platform: process.platform,
      fs: nodeFileSystem,
      folder: join(dataDir, 'keys'),
      onUnprotected() {
        console.warn('Fluxion Recorder found no key store of the system; its keys are in a file of this account.');
      },
    }),
    rootKeys: options.rootKeys,
    iceServers: options.iceServers,
    commands: electronCommands(electron, options.commands),
    ownsWindows: true,
    captureConsole: options.captureConsole,
    runtime: runtimeName(),
    async openPanel(view) {
      await showPanel(view);
      return {};
    },
    closePanel() {
      // The panel's call is answered first.
      setImmediate(() => {
        panel.close();
      });
    },
  });
  let host: Host | undefined;
  started.then(
    (one) => {
      host = one;
      one.log('info', 'fluxion-recorder', [`Run ${run} of ${about.name} ${about.version}`]);
    },
    (error: unknown) => {
      console.error('Fluxion Recorder could not start; the app goes on without it.', error);
    },
  );
  watchProcesses(app, (name, message) => {
    void started.then(
      (one) => {
        one.recordProcessError(name, message);
      },
      () => undefined, // Said above.
    );
  });
  watchLock(
    app,
    () => electron.powerMonitor,
    () => {
      // What has ended has ended, also where the disk does not take the record of it.
      void host?.noteLock().catch(() => undefined);
    },
  );
  if (options.displayMedia !== false) {
    void app.whenReady().then(() => {
      // Electron has one handler a session; a handler that the app sets later takes this one's place.
      electron.session.defaultSession.setDisplayMediaRequestHandler((request, answer) => {
        answer(displayMediaFor(request, options.origins));
      });
    });
  }
  const closeChannel = openRecorderChannel({
    ipcMain,
    host: started,
    origins: options.origins,
    onRefused: tellRefusal(),
  });
  app.once('will-quit', () => {
    // What is not written by then is as safe as after a crash; the session's last word is tried for.
    void host?.close().catch(() => undefined);
  });

  async function showPanel(view: PanelView): Promise<void> {
    await app.whenReady();
    await panel.open(await started, view);
  }

  const ready = started.then(({ session: { id, startedMs } }) => ({ session: { id, startedMs } }));
  ready.catch(() => undefined); // Said above, for an app that does not ask.

  return {
    ready,
    get paused() {
      return host?.paused ?? false;
    },
    onChange(listener) {
      void started.then(
        (one) => {
          one.onChange(listener);
          listener();
        },
        () => undefined, // Nothing will change.
      );
    },
    async openPanel(view = 'send') {
      try {
        await showPanel(view);
      } catch (error) {
        const { message } = toErrorResult(error);
        await dialog.showMessageBox({ type: 'error', title: about.name, message: 'Send Diagnostics', detail: message });
      }
    },
    async setPaused(paused) {
      await (await started).setPaused(paused);
    },
    async wipe() {
      return await (await started).wipe();
    },
    displayMediaFor: (request) => displayMediaFor(request, options.origins),
    log(level, message, ...values) {
      host?.log(level, about.name, [message, ...values]);
    },
    logger:
      (name) =>
      (level, message, ...values) => {
        host?.log(level, name, [message, ...values]);
      },
    lane: (name) => ({
      record: (text, options) => {
        host?.lane(name).record(text, options);
      },
    }),
    async close() {
      closeChannel();
      panel.destroy();
      await (await started).close();
    },
  };
}

function tellRefusal(): (event: IpcMainInvokeEvent) => void {
  const told = new Set<string>();
  return ({ senderFrame }) => {
    const origin = senderFrame?.origin ?? 'a page that is gone';
    if (told.has(origin) || told.size >= MAX_REFUSALS_TOLD) return;
    told.add(origin);
    console.warn(
      `Fluxion Recorder does not record ${origin}: it is not one of the host’s \`origins\`, or not a window’s main frame.`,
    );
  };
}

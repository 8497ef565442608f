import { arch, homedir, platform, release } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { RING_MAX_AGE_MS, RING_MAX_BYTES } from '../../shared/constants.js';
import type { CommandDescription } from '../../shared/commands/command.js';
import { signingKeySchema } from '../../shared/crypto/keys.js';
import type { IceServer } from '../../shared/protocol/live-ice.js';
import type { Handlers } from '../../shared/protocol/contract.js';
import type { PanelContract, RecorderContract } from '../../shared/protocol/host.js';
import type { LogLevel } from '../../shared/session/lane.js';
import { OwnLanes, type AppLane } from '../../shared/session/own-lanes.js';
import { Audience } from './audience.js';
import { AuditLog } from './audit-log.js';
import { openHostCommands, type CommandsOptions, type HostCommands } from './commands/host-commands.js';
import { captureConsole, recordLog } from './console-capture.js';
import { takeDataFolder } from './data-folder.js';
import type { DeskAddress, Fetch } from './desk-client.js';
import { Drafts } from './drafts.js';
import { nodeFileSystem, type FileSystem } from './durable-file.js';
import { expectLetters } from './expect-letters.js';
import { HelloBudget } from './hello-budget.js';
import { systemClock, type HostClock } from './host-clock.js';
import { HostLanes } from './host-lanes.js';
import { HostRing } from './host-ring.js';
import { openIdentity } from './identity.js';
import { watchNetwork } from './network-watch.js';
import { Outbox } from './outbox.js';
import { Mailbox } from './mailbox.js';
import type { PanelCaller } from './panel-caller.js';
import { panelHandlers } from './panel-handlers.js';
import { observeProcessErrors } from './process-errors.js';
import { recorderHandlers, type PanelView, type RecorderCaller } from './recorder-handlers.js';
import { RecordingState, type RingSettings } from './recording-state.js';
import { ringReachMs } from './ring-reach.js';
import { LetterHub } from './letter-hub.js';
import { DeskRooms } from './live/desk-rooms.js';
import { Invitations } from './live/invitations.js';
import { Live } from './live/live.js';
import { liveHandlers } from './live/live-handlers.js';
import { Recordings } from './live/recordings.js';
import { sendRecorded } from './live/send-recorded.js';
import { KeyFileSecrets, type Secrets } from './secrets.js';
import { ServiceError } from './service-errors.js';
import { Session } from './session.js';
import { tellPanels } from './tell-panels.js';
import { Wipes } from './wipes.js';

export interface HostOptions {
  readonly app: { readonly name: string; readonly version: string };
  readonly dataDir: string;
  readonly desk?: DeskAddress | undefined;
  readonly settings?: Partial<RingSettings> | undefined;
  readonly captureConsole?: boolean | undefined;
  /** Default: a key file in the data folder. */
  readonly secrets?: Secrets | undefined;
  /** Keys of the organisations whose technicians may write to this install (`fluxrec keys new-root`). Default: nobody may. */
  readonly rootKeys?: readonly string[] | undefined;
  /** What support may propose to the customer. Default: the built-in commands that need nothing of the app's. */
  readonly commands?: CommandsOptions | undefined;
  /** The app's windows belong to this process, and close with it. */
  readonly ownsWindows?: boolean;
  /** STUN and TURN servers for live sessions, beside those that the desk names. Default: none. */
  readonly iceServers?: readonly IceServer[] | undefined;
  /** What the app runs on, for the manifest. Default: this Node. */
  readonly runtime?: string | undefined;
  readonly openPanel: (view: PanelView) => Promise<{ embedUrl?: string }>;
  readonly closePanel?: () => void;
  readonly clock?: HostClock;
  readonly fs?: FileSystem;
  readonly fetch?: Fetch;
  readonly watchNetwork?: typeof watchNetwork;
}

/** The customer's host process, as any transport (HTTP, IPC) serves it. */
export interface Host {
  readonly session: { readonly id: string; readonly startedMs: number };
  readonly recorder: Handlers<RecorderContract, RecorderCaller>;
  readonly panel: Handlers<PanelContract, PanelCaller>;
  /** A transport joins each document whose event channel is open. */
  readonly windows: Audience<RecorderContract>;
  readonly panels: Audience<PanelContract>;
  /** The source that holds this recorder capability. */
  sourceOf(capability: string): string | undefined;
  log(level: LogLevel, logger: string, parts: readonly unknown[]): void;
  /** A lane of the app's own. */
  lane(name: string): AppLane;
  /** What happened to a process of the app's, for the error lane. */
  recordProcessError(name: string, message: string): void;
  readonly paused: boolean;
  /** Called when `paused`, or anything else that the customer sees of the recording, may have changed. */
  onChange(listener: () => void): void;
  setPaused(paused: boolean): Promise<void>;
  wipe(): Promise<{ windows: number; failed: number }>;
  /** The panel's window has gone: its drafts, which it may not have been able to discard, go too. What is being sent goes on. */
  panelGone(): Promise<void>;
  /** The computer was locked or goes to sleep: what a technician may do in a live session ends. */
  noteLock(): Promise<void>;
  close(): Promise<void>;
}

/** The host's own lanes are text: this is hours of it, and a small part of what the windows may keep. */
const HOST_RING_MAX_BYTES = 32 * 1024 * 1024;

/** Wires the services: the one place that knows them all. Rejects with a ServiceError where the folder or the desk's address will not do. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { app, dataDir, clock = systemClock(), fs = nodeFileSystem } = options;
  const settings: RingSettings = { maxAgeMs: RING_MAX_AGE_MS, maxBytes: RING_MAX_BYTES, ...options.settings };
  const wallMs = (): number => clock.wallMs();
  const { rootKeys = [] } = options;
  if (!rootKeys.every((key) => v.is(signingKeySchema, key))) throw new ServiceError('root-key');
  const leaveDataFolder = await takeDataFolder(fs, dataDir, wallMs);
  let opened: Outbox | undefined;
  let mailbox: Mailbox | undefined;
  let commands: HostCommands | undefined;
  try {
    const identity = await openIdentity(options.secrets ?? new KeyFileSecrets(fs, join(dataDir, 'keys')));
    const outbox = await Outbox.open({
      identity,
      folder: join(dataDir, 'outbox'),
      fs,
      clock,
      desk: options.desk,
      fetch: options.fetch ?? globalThis.fetch,
      watchNetwork: options.watchNetwork ?? watchNetwork,
    });
    opened = outbox;
    const audit = await AuditLog.open({ folder: join(dataDir, 'audit'), fs, wallMs });
    if (identity.isNew) await audit.append('identity-made', { signingKey: identity.keys.signingKey });
    const folder = join(dataDir, 'mailbox');
    const { desk, fetch = globalThis.fetch } = options;
    mailbox = await Mailbox.open({ folder, fs, identity, audit, desk, rootKeys, fetch, wallMs });
    expectLetters(outbox, mailbox, wallMs);
    const box = mailbox;
    const post = new LetterHub(box);
    const session = await Session.open({ folder: dataDir, fs, clock, maxAgeMs: settings.maxAgeMs });
    const windows = new Audience<RecorderContract>();
    const panels = new Audience<PanelContract>();
    const limits = { maxAgeMs: settings.maxAgeMs, maxBytes: Math.min(HOST_RING_MAX_BYTES, settings.maxBytes) };
    const ring = new HostRing({ folder: join(dataDir, 'ring'), clock, session, limits });
    const lanes = new HostLanes({ clock, ring, paused: session.paused, home: homedir() });
    const ownLanes = new OwnLanes({
      now: () => lanes.nowMonoMs(),
      isPaused: () => session.paused,
      keep: (event) => {
        lanes.record(event);
      },
      report: (kind, text, count) => {
        lanes.record({ type: 'recorder', t: lanes.nowMonoMs(), kind, text, ...(count === undefined ? {} : { count }) });
      },
    });
    const recording = new RecordingState({ session, lanes, windows, settings });
    const describeCommands = (): CommandDescription[] => commands?.describe() ?? [];
    const drafts = await Drafts.open({
      folder: join(dataDir, 'drafts'),
      fs,
      session,
      windows,
      lanes,
      recording,
      identity,
      commands: describeCommands,
      app,
      platform: {
        os: `${platform()} ${release()}`,
        arch: arch(),
        runtime: options.runtime ?? `node ${process.versions.node}`,
      },
      ...settings,
      wallMs,
    });
    const wipes = new Wipes({ session, windows, drafts, lanes, recording });
    const wipe = (): Promise<{ windows: number; failed: number }> => wipes.wipe();

    const invited = await Invitations.open({
      folder: join(dataDir, 'live'),
      fs,
      clock,
      receiptCodeOf: (report) => outbox.sentHead(report)?.receiptCode,
    });
    const recordings = await Recordings.open({
      folder: join(dataDir, 'live'),
      fs,
      clock,
      session,
      audit,
      write: (event) => {
        lanes.record(event);
      },
      checkout: () => {
        windows.tellAll('checkout', {});
      },
      reachMs: () => ringReachMs(recording.now()),
      send: sendRecorded({ drafts, outbox, words: { session: session.id, app, install: identity.keys } }),
      takesParts: (report) => outbox.sentHead(report) !== undefined,
      receiptCodeOf: (report) => outbox.list().find((delivery) => delivery.report === report)?.receiptCode,
    });
    const live = new Live({
      recordings,
      app,
      clock,
      audit,
      post,
      windows,
      panels,
      session,
      lanes,
      rooms: desk === undefined ? undefined : new DeskRooms(desk, fetch, wallMs),
      iceServers: options.iceServers ?? [],
      invited,
      commands: describeCommands,
      technicianOf: (signingKey, sentMs) => box.technicianOf(signingKey, sentMs),
      takeLetter: (id, sealed, from) => box.take({ id, sealed }, from),
    });
    const offered = options.commands ?? {};
    const run = { dataDir, fs, clock, app, maxAgeMs: settings.maxAgeMs, session, lanes, drafts, outbox, post, audit };
    const { ownsWindows } = options;
    const support = await openHostCommands({ ...run, offered, ownsWindows, panels, windows, others: live.invitations });
    commands = support;
    box.onWritten((to, id, sealed) => {
      live.carry(to, id, sealed);
    });
    audit.onAppend(({ kind, body }) => {
      if (kind.startsWith('command-')) live.noteCommand(kind.slice('command-'.length), body);
    });
    post.open();

    async function setPaused(paused: boolean): Promise<void> {
      lanes.setPaused(paused);
      windows.tellAll('setPaused', { paused });
      await session.setPaused(paused);
      recording.notePause();
    }

    const stopScreen = (): void => {
      windows.tellAll('stopScreen', {});
    };

    windows.onJoin((source) => {
      // It may have missed it while its channel was closed.
      windows.tell(source, 'setPaused', { paused: session.paused });
    });
    const stopTelling = tellPanels({ panels, recording, drafts, outbox });
    const giveConsoleBack = options.captureConsole === false ? undefined : captureConsole(lanes);
    const stopObserving = observeProcessErrors(lanes);
    const hellos = new HelloBudget(clock);
    const { openPanel, closePanel } = options;
    return {
      session,
      windows,
      panels,
      recorder: recorderHandlers({
        session,
        windows,
        drafts,
        lanes,
        wipes,
        recording,
        settings,
        hellos,
        live,
        openPanel,
      }),
      panel: panelHandlers({
        app,
        session,
        drafts,
        outbox,
        recording,
        identity,
        audit,
        proposals: support.handlers,
        live: liveHandlers(live),
        setPaused,
        stopScreen,
        wipe,
        closePanel,
      }),
      sourceOf: (capability) => session.sourceOf(capability),
      log(level, logger, parts) {
        recordLog(lanes, logger, level, parts);
      },
      lane: (name) => ownLanes.open(name),
      recordProcessError(name, message) {
        lanes.record({ type: 'error', t: lanes.nowMonoMs(), kind: 'process', name, message });
      },
      get paused() {
        return session.paused;
      },
      onChange(listener) {
        recording.onChange(listener);
      },
      setPaused,
      wipe,
      panelGone: () => drafts.discardIdle(0),
      noteLock: () => live.lock(),
      async close() {
        giveConsoleBack?.();
        stopObserving();
        stopTelling();
        await live.close();
        await recordings.close();
        post.close();
        await support.close();
        lanes.close();
        await box.close();
        await outbox.close();
        await drafts.discardAll();
        await session.close();
        await leaveDataFolder();
      },
    };
  } catch (error) {
    await commands?.close();
    await mailbox?.close();
    await opened?.close();
    await leaveDataFolder();
    throw error;
  }
}

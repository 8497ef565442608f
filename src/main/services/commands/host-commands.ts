import { join } from 'node:path';
import type { CommandDescription } from '../../../shared/commands/command.js';
import type { LetterPost } from '../../../shared/protocol/letters.js';
import type { PanelContract, RecorderContract } from '../../../shared/protocol/host.js';
import type { Audience } from '../audience.js';
import type { Drafts } from '../drafts.js';
import type { FileSystem } from '../durable-file.js';
import type { HostClock } from '../host-clock.js';
import type { HostLanes } from '../host-lanes.js';
import type { Outbox } from '../outbox.js';
import type { Session } from '../session.js';
import { checkConnectionCommand, type Endpoint } from './built-in/check-connection.js';
import { clearCacheCommand, type Cache } from './built-in/clear-cache.js';
import type { LogFile } from './built-in/log-file.js';
import { logsCommand } from './built-in/logs.js';
import { recordAgainCommand } from './built-in/record-again.js';
import { restartCommand } from './built-in/restart.js';
import { systemInfoCommand } from './built-in/system-info.js';
import type { Command } from './command.js';
import { CommandError } from './command-errors.js';
import { ownCache } from './own-cache.js';
import { outputRedaction } from './output-redaction.js';
import { proposalHandlers, type ProposalHandlers } from './proposal-handlers.js';
import { Proposals, type AuditTrail } from './proposals.js';
import { CommandRegistry } from './registry.js';
import { sendStretch } from './send-stretch.js';
import { tellProposals } from './tell-proposals.js';

/** What the app lets support propose. Each is only ever run after the customer has approved it. */
export interface CommandsOptions {
  /** The app's own commands, beside the built-in ones: see `defineCommand`. */
  readonly own?: readonly Command[];
  /** What `clear-cache` may empty. */
  readonly caches?: readonly Cache[];
  /** What `check-connection` may connect to. Without any the command is not offered. */
  readonly endpoints?: readonly Endpoint[];
  /** Text logs of the app's own that `logs` may read. */
  readonly logFiles?: readonly LogFile[];
  /** Ends this process so that it is started again. Without it `restart` is not offered. */
  readonly restart?: () => void;
}

export interface HostCommandsOptions {
  readonly offered: CommandsOptions;
  /** The app's windows belong to this process, and close with it. */
  readonly ownsWindows: boolean | undefined;
  readonly dataDir: string;
  readonly fs: FileSystem;
  readonly clock: HostClock;
  readonly app: { readonly name: string; readonly version: string };
  readonly maxAgeMs: number;
  readonly session: Session;
  readonly lanes: HostLanes;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly post: LetterPost;
  readonly audit: AuditTrail;
  readonly panels: Audience<PanelContract>;
  readonly windows: Audience<RecorderContract>;
  /** What else waits for the customer's word: windows are told how much there is in all. */
  readonly others: { readonly pending: () => number; readonly onChange: (listener: () => void) => void };
}

export interface HostCommands {
  readonly handlers: ProposalHandlers;
  /** For the manifest. */
  describe(): CommandDescription[];
  close(): Promise<void>;
}

/** The commands of a host and the proposals of them, wired. Rejects with a CommandError where the app registered something wrong. */
export async function openHostCommands(options: HostCommandsOptions): Promise<HostCommands> {
  const { fs, clock, lanes, outbox, session } = options;
  const registry = new CommandRegistry(commandsOf(options));
  const proposals = await Proposals.open({
    folder: join(options.dataDir, 'commands'),
    fs,
    clock,
    registry,
    post: options.post,
    audit: options.audit,
    report: (id) => {
      const head = outbox.sentHead(id);
      if (head === undefined) return undefined;
      return {
        receiptCode: head.receiptCode,
        startedMs: head.session === session.id ? session.startedMs : undefined,
      };
    },
    redaction: () => outputRedaction((text) => lanes.maskText(text)),
  });
  const stopTelling = tellProposals(proposals, options.panels, options.windows, options.others);
  return {
    handlers: proposalHandlers(proposals),
    describe: () => registry.describe(),
    async close() {
      stopTelling();
      await proposals.close();
    },
  };
}

function commandsOf(options: HostCommandsOptions): Command[] {
  const { offered, ownsWindows, app, clock, dataDir, drafts, fs, lanes, maxAgeMs, outbox, session } = options;
  const { own = [], caches = [], endpoints = [], logFiles = [], restart } = offered;
  return [
    logsCommand({ lanes, files: logFiles }),
    systemInfoCommand({ app, dataDir, session }),
    ...(endpoints.length === 0 ? [] : [checkConnectionCommand(endpoints)]),
    clearCacheCommand([...caches, ownCache(fs, join(dataDir, 'drafts'), drafts)]),
    recordAgainCommand({
      nowMs: () => session.nowMs(),
      isPaused: () => session.paused,
      maxAgeMs,
      checkReport: (report) => {
        if (outbox.sentHead(report) === undefined) throw new CommandError('report-gone');
      },
      sendStretch: (report, stretch, signal) => sendStretch({ drafts, outbox, report, stretch, signal }),
    }),
    ...(restart === undefined ? [] : [restartCommand({ restart, ownsWindows, session, wallMs: () => clock.wallMs() })]),
    ...own,
  ];
}

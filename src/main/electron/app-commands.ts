import type { CommandsOptions } from '../services/commands/host-commands.js';
import type { ElectronModule } from './electron-module.js';
import { relaunch } from './relaunch.js';

/** What Electron itself can do for a command, beside what the app offers. */
export function electronCommands({ app, session }: ElectronModule, own: CommandsOptions = {}): CommandsOptions {
  return {
    ...own,
    caches: [
      ...(own.caches ?? []),
      {
        name: 'Web cache',
        measure: () => session.defaultSession.getCacheSize(),
        clear: () => session.defaultSession.clearCache(),
      },
    ],
    restart:
      own.restart ??
      (() => {
        relaunch(app, process);
      }),
  };
}

import { mkdirSync } from 'node:fs';
import type { ElectronModule } from './electron-module.js';

/** An annotation of every dump: the run of the app that it came from, which the recording names as well. */
const RUN_ANNOTATION = 'fluxrec_run';

/**
 * Dumps of crashed processes are kept in this folder and uploaded by nobody. Before the app is ready, or the first processes
 * are not watched.
 */
export function keepCrashDumps({ app, crashReporter }: ElectronModule, folder: string, run: string): void {
  // Electron throws for a path that is not there.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('crashDumps', folder);
  crashReporter.start({ uploadToServer: false, globalExtra: { [RUN_ANNOTATION]: run } });
}

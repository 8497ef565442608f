import { spawn } from 'node:child_process';
import type { App } from 'electron';

/** An app that has not ended by then will not: a window, or the app itself, has prevented it. */
const END_MS = 30_000;

/** What the app was started with, as packagers tell it. */
export interface Started {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Quits, and starts the app again when it has ended. Where quitting is prevented (by unsaved work, by `before-quit`) nothing is started, and
 * what the customer quits later is quit.
 */
export function relaunch(app: Pick<App, 'isPackaged' | 'relaunch' | 'quit' | 'once' | 'off'>, started: Started): void {
  const startAgain = (): void => {
    console.info('The app ends, and is started again.');
    // One that is being developed may be started from a terminal in somebody else's package.
    const { APPIMAGE, PORTABLE_EXECUTABLE_FILE } = app.isPackaged ? started.env : {};
    if (APPIMAGE !== undefined) startWhenEnded(APPIMAGE, started);
    // The launcher has unpacked the program to a temporary folder, which goes with it.
    else if (PORTABLE_EXECUTABLE_FILE !== undefined) app.relaunch({ execPath: PORTABLE_EXECUTABLE_FILE });
    else app.relaunch();
  };
  app.once('will-quit', startAgain);
  setTimeout(() => {
    app.off('will-quit', startAgain);
  }, END_MS).unref();
  app.quit();
}

/**
 * An AppImage is a file system that is mounted while the app runs. Electron's own relauncher runs from there, and is gone with it before it has
 * started anything (https://github.com/electron-userland/electron-builder/issues/1727): a shell of the system's waits in its place.
 */
function startWhenEnded(program: string, { pid, argv }: Started): void {
  const waiting = spawn(
    '/bin/sh',
    ['-c', 'while kill -0 "$0" 2>/dev/null; do sleep 0.1; done; exec "$@"', String(pid), program, ...argv.slice(1)],
    { detached: true, stdio: 'ignore', cwd: '/' },
  );
  waiting.once('error', (error) => {
    console.error('The app could not be started again.', error);
  });
  waiting.unref();
}

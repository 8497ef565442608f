import type { App, PowerMonitor } from 'electron';

/** Calls when nobody is before the computer any more who could see what is shown and done: it was locked, or goes to sleep. */
export function watchLock(app: Pick<App, 'whenReady'>, monitor: () => PowerMonitor, onLock: () => void): void {
  // The power monitor may be used from then on.
  void app.whenReady().then(() => {
    monitor().on('lock-screen', onLock);
    monitor().on('suspend', onLock);
  });
}
